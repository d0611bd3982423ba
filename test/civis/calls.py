"""Calls of the vendor's own client over all families, against a server of ours; one JSON line per call.

    python calls.py DATABASE FOLDER      (CIVIS_API_ENDPOINT and CIVIS_API_KEY in the environment)
"""

import inspect
import io
import json
import os
import sys
import time

import civis
import requests

database, folder = sys.argv[1:3]
client = civis.APIClient()
quick = {"polling_interval": 0.2}
schema = "scratch"


def path(name):
    return os.path.join(folder, name)


def load(text, table, **more):
    with open(path("rows.csv"), "w", newline="") as out:
        out.write(text)
    return civis.io.csv_to_civis(path("rows.csv"), database, f"{schema}.{table}", **quick, **more).result().state


def read(table):
    rows = civis.io.read_civis(f"{schema}.{table}", database)
    return sorted(rows[1:]), rows[0]


def failure(work):
    try:
        work()
    except civis.base.CivisJobFailure as error:
        return str(error)
    raise AssertionError("the run should have failed")


def equal(found, wanted):
    assert found == wanted, f"{found!r} is not {wanted!r}"


def until(look):
    while True:
        run = look()
        if run.state not in ("queued", "running"):
            assert run.state == "succeeded", run.error
            return run
        time.sleep(0.2)


def ends():
    return {"remote_host_id": client.get_database_id(database), "credential_id": client.default_database_credential_id}


calls = []


def call(work):
    calls.append(work)
    return work


@call
def methods_and_their_order():
    signature = list(inspect.signature(client.imports.post_files_csv).parameters)
    equal(signature[:3], ["source", "destination", "first_row_is_header"])
    equal(list(inspect.signature(client.queries.post).parameters)[:3], ["database", "sql", "preview_rows"])
    equal(list(inspect.signature(client.imports.post).parameters)[:3], ["name", "sync_type", "is_outbound"])
    names = [name for name in dir(client.imports) if name.split("_")[0] in ("get", "list", "post", "put", "patch", "delete")]
    equal(len(names), 43)


@call
def who_asks():
    assert client.users.get_me().id > 0


@call
def wrong_key():
    try:
        civis.APIClient(api_key="hg_nobody_" + "x" * 40)
    except Exception as error:
        assert "KeyError" not in repr(error), repr(error)
        return
    raise AssertionError("a wrong key was accepted")


@call
def csv_to_new_table():
    text = 'id,name,amount,at\n1,Ann,1.50,2024-01-02\n2,"Bo, b",2.25,2024-02-03\n3,,,2024-03-04\n'
    equal(load(text, "people", existing_table_rows="fail"), "succeeded")
    rows, names = read("people")
    equal(names, ["id", "name", "amount", "at"])
    equal([(r[0], r[1], r[2] and float(r[2]), r[3]) for r in rows], [
        ("1", "Ann", 1.5, "2024-01-02"), ("2", "Bo, b", 2.25, "2024-02-03"), ("3", "", "", "2024-03-04")])


@call
def csv_fails_where_the_table_is():
    assert "already there" in failure(lambda: load("id,name,amount,at\n4,x,1,2024-01-01\n", "people", existing_table_rows="fail"))


@call
def csv_appends():
    equal(load("id,name,amount,at\n4,Di,1,2024-01-01\n", "people", existing_table_rows="append"), "succeeded")
    equal(len(read("people")[0]), 4)


@call
def csv_truncates():
    equal(load("id,name,amount,at\n9,Zo,1,2024-01-01\n", "people", existing_table_rows="truncate"), "succeeded")
    equal([row[0] for row in read("people")[0]], ["9"])


@call
def csv_drops():
    equal(load("k,v\n1,a\n2,b\n", "people", existing_table_rows="drop"), "succeeded")
    equal(read("people"), ([["1", "a"], ["2", "b"]], ["k", "v"]))


@call
def csv_upserts():
    keys = {"existing_table_rows": "upsert", "primary_keys": ["id"], "last_modified_keys": ["at"]}
    equal(load("id,v,at\n1,a,2024-01-02\n2,b,2024-01-02\n", "kept", existing_table_rows="drop"), "succeeded")
    equal(load("id,v,at\n1,new,2024-02-01\n2,old,2023-01-01\n3,c,2024-01-01\n", "kept", **keys), "succeeded")
    equal(read("kept")[0], [["1", "new", "2024-02-01"], ["2", "b", "2024-01-02"], ["3", "c", "2024-01-01"]])


@call
def wrong_rows_fail_with_their_line():
    before = read("kept")
    assert "row 2" in failure(lambda: load("id,v,at\n7,a,2024-01-01\nx,b,2024-01-01\n", "kept", existing_table_rows="append"))
    assert "line 3" in failure(lambda: load("id,v,at\n7,a,2024-01-01\n8,b\n", "kept", existing_table_rows="append"))
    assert "line 3" in failure(lambda: load('id,v,at\n7,a,2024-01-01\n8,"b,2024-01-01\n', "kept", existing_table_rows="append"))
    equal(read("kept"), before)


@call
def wrong_rows_are_left_out():
    text = "id,v,at\nx,a,2024-01-01\n5,e,2024-01-05\n"
    equal(load(text, "kept", existing_table_rows="append", max_errors=1), "succeeded")
    equal(read("kept")[0][-1], ["5", "e", "2024-01-05"])


@call
def tabs_without_a_header():
    with open(path("rows.tsv"), "w") as out:
        out.write("1\tone\n2\ttwo\n")
    columns = [{"name": "n", "sql_type": "INT"}, {"name": "word", "sql_type": "VARCHAR(9)"}]
    civis.io.csv_to_civis(path("rows.tsv"), database, f"{schema}.words", headers=False, delimiter="\t",
                          table_columns=columns, existing_table_rows="drop", **quick).result()
    equal(read("words"), ([["1", "one"], ["2", "two"]], ["n", "word"]))


@call
def several_files_in_one_load():
    ids = [civis.io.file_to_civis(io.BytesIO(f"n,w\n{n},{w}\n".encode()), f"{w}.csv") for n, w in ((1, "a"), (2, "b"))]
    civis.io.civis_file_to_table(ids, database, f"{schema}.several", existing_table_rows="drop", **quick).result()
    equal(read("several"), ([["1", "a"], ["2", "b"]], ["n", "w"]))


@call
def sql_to_file():
    civis.io.civis_to_csv(path("out.csv"), f"select * from {schema}.several order by n", database, **quick).result()
    with open(path("out.csv")) as found:
        equal(found.read(), "n,w\n1,a\n2,b\n")


@call
def sql_to_civis_file():
    run = civis.io.export_to_civis_file(f"select * from {schema}.several order by n", database, **quick).result()
    civis.io.civis_to_file(run.output[0].file_id, path("export.csv.gz"))
    with open(path("export.csv.gz"), "rb") as found:
        equal(found.read(2), b"\x1f\x8b")


@call
def query():
    found = civis.io.query_civis(f"select count(*) as n from {schema}.several", database, **quick).result()
    equal((found.result_columns, found.result_rows), (["n"], [["2"]]))


@call
def query_that_is_wrong():
    assert "nope" in failure(lambda: civis.io.query_civis(f"select nope from {schema}.several", database, **quick).result())


@call
def table_to_table():
    civis.io.transfer_table(database, database, f"{schema}.several", f"{schema}.copied", **quick).result()
    equal(read("copied"), read("several"))


@call
def small_file():
    number = civis.io.file_to_civis(io.BytesIO(b"bytes \x00\xff"), "small.bin")
    civis.io.civis_to_file(number, path("small.bin"))
    with open(path("small.bin"), "rb") as found:
        equal(found.read(), b"bytes \x00\xff")


@call
def file_in_parts():
    with open(path("large.bin"), "wb") as out:
        for number in range(60):
            out.write(bytes([number]) * (1 << 20))
    number = civis.io.file_to_civis(path("large.bin"), "large.bin")
    civis.io.civis_to_file(number, path("back.bin"))
    with open(path("large.bin"), "rb") as sent, open(path("back.bin"), "rb") as found:
        assert sent.read() == found.read()


@call
def file_import():
    made = client.imports.post_files(schema, "sent", **ends(), existing_table_rows="drop")
    equal(requests.put(made.upload_uri, data=b"x,y\n1,2\n3,4\n").status_code, 200)
    run = client.imports.post_files_runs(made.id)
    until(lambda: client.imports.get_files_runs(made.id, run.id))
    equal(read("sent"), ([["1", "2"], ["3", "4"]], ["x", "y"]))
    equal(client.imports.get_files_runs_inputs(made.id, run.id).sync_type, "AutoImport")


@call
def file_import_without_its_file():
    made = client.imports.post_files(schema, "never", **ends())
    run = client.imports.post_files_runs(made.id)
    while client.imports.get_files_runs(made.id, run.id).state in ("queued", "running"):
        time.sleep(0.2)
    assert "uploaded" in client.imports.get_files_runs(made.id, run.id).error


@call
def batch():
    number = civis.io.file_to_civis(io.BytesIO(b"5,6\n7,8\n"), "more.csv")
    made = client.imports.post_batches([number], schema, "sent", **ends(), compression="none")
    until(lambda: client.imports.get_batches(made.id))
    equal(len(read("sent")[0]), 4)
    assert made.id in [one.id for one in client.imports.list_batches(iterator=True)]


@call
def auto_import():
    number = civis.io.file_to_civis(io.BytesIO(b"p,q\n5,6\n"), "auto.csv")
    made = client.imports.post("auto", "AutoImport", False, destination=ends())
    options = {"existing_table_rows": "drop", "firstRowIsHeader": True, "column_overrides": {"1": {"name": "other"}}}
    target = {"database_table": {"schema": schema, "table": "auto"}}
    sync = client.imports.post_syncs(made.id, {"file": {"id": number}}, target, advanced_options=options)
    equal(sync.source.path, "auto.csv")
    civis.utils.run_job(made.id, **quick).result()
    equal(read("auto"), ([["5", "6"]], ["p", "other"]))
    equal(client.imports.get(made.id).syncs[0].destination.path, f'"{schema}"."auto"')
    equal(client.imports.get(made.id).state, "succeeded")


@call
def logs():
    job = client.imports.list(hidden=True, limit=1)[0]
    run = client.jobs.list_runs(job.id)[0]
    assert len(list(civis.utils.job_logs(job.id, run.id))) > 0


@call
def schedule():
    when = {"scheduled": True, "scheduled_days": [1], "scheduled_hours": [0, 4], "scheduled_minutes": [15]}
    made = client.imports.post("nightly", "Dbsync", True, source=ends(), destination=ends(), schedule=when)
    equal(made.state, "scheduled")
    assert made.next_run_at.endswith(":15:00.000Z"), made.next_run_at
    client.imports.put_archive(made.id, True)
    assert made.id not in [one.id for one in client.imports.list(iterator=True)]
    assert client.imports.get(made.id).archived is True


@call
def cancel_and_conflict():
    made = client.imports.post("nothing to do", "Dbsync", True, source=ends(), destination=ends())
    run = client.imports.post_runs(made.id).run_id
    while client.jobs.get_runs(made.id, run).state in ("queued", "running"):
        time.sleep(0.2)
    assert "no syncs" in client.jobs.get_runs(made.id, run).error
    try:
        client.imports.post_cancel(made.id)
    except civis.base.CivisAPIError as error:
        equal(error.status_code, 404)


@call
def csv_import_by_hand():
    number = civis.io.file_to_civis(io.BytesIO(b"a|b\n1|2\n"), "hand.csv")
    target = {"schema": schema, "table": "hand", **ends()}
    made = client.imports.post_files_csv({"file_ids": [number]}, target, True, column_delimiter="pipe",
                                         table_columns=[{"name": "a", "sql_type": "INT"}, {"name": "b", "sql_type": "TEXT"}])
    equal(client.imports.get_files_csv(made.id).existing_table_rows, "fail")
    equal(client.imports.patch_files_csv(made.id, max_errors=3).max_errors, 3)
    run = client.imports.post_files_csv_runs(made.id)
    until(lambda: client.imports.get_files_csv_runs(made.id, run.id))
    equal([one.id for one in client.imports.list_files_csv_runs(made.id, iterator=True)], [run.id])
    equal(client.imports.get_files_csv_runs_inputs(made.id, run.id).max_errors, 3)
    equal(client.imports.list_files_csv_runs_logs(made.id, run.id)[0].level, "info")
    equal(read("hand"), ([["1", "2"]], ["a", "b"]))


@call
def shares_and_projects():
    made = client.imports.post("shared", "Dbsync", True, source=ends(), destination=ends())
    assert client.imports.list_shares(made.id).total_user_shares >= 0
    assert "RemoteHost" in [one.object_type for one in client.imports.list_dependencies(made.id)]
    project = client.projects.post("ours", "a project")
    client.imports.put_projects(made.id, project.id)
    equal([one.id for one in client.imports.list_projects(made.id)], [project.id])
    equal([one.id for one in client.projects.get(project.id).imports], [made.id])
    client.imports.delete_projects(made.id, project.id)
    equal(client.imports.list_projects(made.id), [])


@call
def hosts_and_credentials():
    host = client.remote_hosts.post("other", "db.example.com:5432/shop", "RemoteHostTypes::Postgres")
    assert host.id in [one.id for one in client.databases.list()]
    made = client.credentials.post("Database", "reader", "secret", remote_host_id=host.id)
    assert "password" not in client.credentials.get(made.id).json()
    client.credentials.delete(made.id)
    bucket = client.storage_hosts.post("s3", "bucket", "files")
    equal(client.get_storage_host_id("files"), bucket.id)


@call
def tables():
    number = client.get_table_id(f"{schema}.hand", database)
    equal([one.name for one in client.tables.get(number).columns], ["a", "b"])
    equal(client.tables.patch(number, primary_keys=["a"]).primary_keys, ["a"])
    names = [one.name for one in client.databases.list_schemas_tables(client.get_database_id(database), schema)]
    assert "hand" in names, names


@call
def what_is_not_there():
    try:
        client.imports.get(999999)
    except civis.base.CivisAPIError as error:
        equal(error.status_code, 404)
        return
    raise AssertionError("it is there")


for work in calls:
    begun = time.time()
    line = {"name": work.__name__, "ok": True}
    try:
        work()
    except BaseException as error:  # each call is judged alone
        line.update(ok=False, error=f"{type(error).__name__}: {error}"[:600])
    print(json.dumps({**line, "seconds": round(time.time() - begun, 1)}), flush=True)
