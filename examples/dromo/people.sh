#!/usr/bin/env bash
# 5,000 rows as people keep them: a title above the names, four ways to write a day, numbers with signs, slips of the finger, and
# rows that are wrong. The same ones every time.
set -euo pipefail
awk 'BEGIN {
  OFS = ","
  print "Customers of May"; print ""
  print "customer id,First name,Surname,E-Mail,phone,birthday,Country,PLAN,tags,newsletter,Revenue,Website,Remarks"
  split("United States|USA|Germany|Deutschland|germany|Gremany|France|US", countries, "|")
  split("Free|Team|enterprise|Enterprse|free", plans, "|")
  split("beta|beta; vip|partner|vip;partner;beta|", tags, "|")
  for (i = 1; i <= 5000; i++) {
    mail = "Person" i "@Example.com"; if (i % 97 == 0) mail = "person" i "(at)example.com"; if (i % 41 == 0) mail = ""
    phone = sprintf("(212) 867-%04d", i); if (i % 41 == 0 && i % 2 == 0) phone = ""; if (i % 89 == 0) phone = "12345"
    day = sprintf("%d/%d/%d", i % 12 + 1, i % 28 + 1, 1950 + i % 50); if (i % 5 == 0) day = sprintf("%d-%02d-%02d", 1950 + i % 50, i % 12 + 1, i % 28 + 1)
    if (i % 7 == 0) day = sprintf("%d March %d", i % 28 + 1, 1950 + i % 50); if (i % 113 == 0) day = "soon"
    revenue = sprintf("\"$%d,%03d.%02d\"", i % 900 + 1, i % 1000, i % 100); if (i % 11 == 0) revenue = "(" i % 500 ")"; if (i % 13 == 0) revenue = ""
    site = "https://example.com//people/../" i; if (i % 17 == 0) site = ""; if (i % 101 == 0) site = "example.com"
    id = i; if (i % 499 == 0) id = 1
    print id, "Ann" i, "\"O'"'"'Neil, Jr.\"", mail, phone, day, countries[i % 8 + 1], plans[i % 5 + 1], tags[i % 5 + 1], (i % 3 ? "yes" : "no"), revenue, site, ""
  }
}'
