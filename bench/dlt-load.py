"""A peer: `python3 dlt-load.py DESTINATION SCHEMA FOLDER` loads the table items of $SOURCE into $TARGET."""

import os
import sys

import dlt
from dlt.sources.sql_database import sql_table

destination, schema, folder = sys.argv[1:]
target = getattr(dlt.destinations, destination)(os.environ["TARGET"])
pipeline = dlt.pipeline(
    "bench",
    destination=target,
    dataset_name=schema,
    pipelines_dir=os.path.join(folder, "dlt"),
)
items = sql_table(
    credentials=os.environ["SOURCE"],
    schema="public",
    table="items",
    backend="pyarrow",
    reflection_level="full_with_precision",
)
pipeline.run(items, write_disposition="replace").raise_on_failed_jobs()
