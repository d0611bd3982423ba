"""The vendor's own client, unmodified, against the stand-in: the judge of whether it is one. Prints what holds, one line each."""

import hashlib
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
import urllib.request

endpoint, bucket, access, secret, region = sys.argv[1:6]


def client(key):
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 1})
    return boto3.client(
        "s3", endpoint_url=endpoint, region_name=region, aws_access_key_id=access, aws_secret_access_key=key, config=config
    )


s3 = client(secret)


def refused(code, call, **given):
    try:
        call(Bucket=bucket, **given)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response["Error"]["Code"]
        return
    raise AssertionError(f"{code} was expected")


def objects_and_ranges():
    data = bytes(range(256)) * 400
    tag = s3.put_object(Bucket=bucket, Key="sdk/a b+c=ä&.bin", Body=data)["ETag"]
    assert tag == f'"{hashlib.md5(data).hexdigest()}"'
    assert s3.get_object(Bucket=bucket, Key="sdk/a b+c=ä&.bin")["Body"].read() == data
    part = s3.get_object(Bucket=bucket, Key="sdk/a b+c=ä&.bin", Range="bytes=10-19")
    assert part["Body"].read() == data[10:20] and part["ContentRange"] == f"bytes 10-19/{len(data)}"
    assert s3.head_object(Bucket=bucket, Key="sdk/a b+c=ä&.bin")["ContentLength"] == len(data)
    refused("NoSuchKey", s3.get_object, Key="sdk/none")
    s3.delete_object(Bucket=bucket, Key="sdk/a b+c=ä&.bin")
    refused("NoSuchKey", s3.get_object, Key="sdk/a b+c=ä&.bin")


def pages():
    keys = [f"pages/{name}" for name in ("a", "b c", "d+e", "f&g", "h<i>")]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    found = [one["Key"] for page in s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix="pages/", PaginationConfig={"PageSize": 2}
    ) for one in page["Contents"]]
    assert found == sorted(keys), found


def conditions():
    s3.put_object(Bucket=bucket, Key="once", Body=b"1", IfNoneMatch="*")
    refused("PreconditionFailed", s3.put_object, Key="once", Body=b"2", IfNoneMatch="*")
    assert s3.get_object(Bucket=bucket, Key="once")["Body"].read() == b"1"


def multipart():
    first, last = b"a" * (5 << 20), b"b" * 10
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    tags = []
    for number, data in ((1, first), (2, last)):
        sent = s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=number, Body=data)
        tags.append({"PartNumber": number, "ETag": sent["ETag"]})
    listed = s3.list_parts(Bucket=bucket, Key="parts", UploadId=upload)["Parts"]
    assert [one["Size"] for one in listed] == [len(first), len(last)]
    bad = [{"PartNumber": 1, "ETag": '"0"'}]
    refused("InvalidPart", s3.complete_multipart_upload, Key="parts", UploadId=upload, MultipartUpload={"Parts": bad})
    done = s3.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload={"Parts": tags})
    assert done["ETag"].endswith('-2"')
    assert s3.get_object(Bucket=bucket, Key="parts")["Body"].read() == first + last
    gone = s3.create_multipart_upload(Bucket=bucket, Key="gone")["UploadId"]
    s3.abort_multipart_upload(Bucket=bucket, Key="gone", UploadId=gone)
    refused("NoSuchUpload", s3.list_parts, Key="gone", UploadId=gone)


def too_small():
    upload = s3.create_multipart_upload(Bucket=bucket, Key="small")["UploadId"]
    tags = [
        {"PartNumber": n, "ETag": s3.upload_part(Bucket=bucket, Key="small", UploadId=upload, PartNumber=n, Body=b"x")["ETag"]}
        for n in (1, 2)
    ]
    refused("EntityTooSmall", s3.complete_multipart_upload, Key="small", UploadId=upload, MultipartUpload={"Parts": tags})
    s3.abort_multipart_upload(Bucket=bucket, Key="small", UploadId=upload)


def checksums():
    if "ChecksumCRC32" not in s3.meta.service_model.operation_model("PutObject").input_shape.members:
        return
    sent = s3.put_object(Bucket=bucket, Key="sum", Body=b"hello", ChecksumCRC32="NhCmhg==")
    assert sent["ChecksumCRC32"] == "NhCmhg=="
    refused("BadDigest", s3.put_object, Key="sum", Body=b"hello", ChecksumCRC32="AAAAAA==")


def links():
    s3.put_object(Bucket=bucket, Key="linked", Body=b"by link")
    link = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "linked"}, ExpiresIn=60)
    assert urllib.request.urlopen(link).read() == b"by link"
    put = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "linked"}, ExpiresIn=60)
    urllib.request.urlopen(urllib.request.Request(put, data=b"new", method="PUT", headers={"content-type": ""}))
    assert s3.get_object(Bucket=bucket, Key="linked")["Body"].read() == b"new"


def strangers():
    stranger = client("x" * 40)
    refused("SignatureDoesNotMatch", stranger.put_object, Key="theirs", Body=b"x")
    refused("SignatureDoesNotMatch", stranger.list_objects_v2, Prefix="a")


def slow_down():
    refused("SlowDown", s3.get_object, Key="slow")


for check in (objects_and_ranges, pages, conditions, multipart, too_small, checksums, links, strangers, slow_down):
    check()
    print(check.__name__, flush=True)
