"""Servers that stand in for the cloud: SeaweedFS for S3, moto for Secrets Manager, `../StandIns` for Snowflake. All
on 127.0.0.1."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "StandIns"))

from snowflake_setup import start_snowflake, wait_for_snowflake  # noqa: E402

KEY, SECRET = "AKIDGLUEJOB", "secret-of-the-glue-job"
REGION = "us-east-1"
PATIENCE_SECONDS = 90


def free_port() -> int:
    """A port that is free, with the one 10,000 above it, which SeaweedFS takes, too."""
    for port in range(20_000 + os.getpid() * 7 % 20_000, 50_000):
        try:
            with socket.socket() as low, socket.socket() as high:
                low.bind(("127.0.0.1", port))
                high.bind(("127.0.0.1", port + 10_000))
            if port not in free_port.given:
                free_port.given.add(port)
                return port
        except OSError:
            continue
    raise RuntimeError("no port is free")


free_port.given = set()


class Servers:
    """Started once for all tests, ended by their ids."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen] = []

    def start(self, name: str, command: list, **variables: str) -> None:
        with open(self.folder / f"{name}.log", "w") as log:
            self.running.append(subprocess.Popen(
                [str(word) for word in command], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder,
                env={**os.environ, **variables}, start_new_session=True))

    def wait(self, name: str, action):
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return action()
            except Exception as error:  # it may be anything while a server starts
                if time.monotonic() > end or any(one.poll() is not None for one in self.running):
                    log = (self.folder / f"{name}.log").read_text()[-2000:]
                    raise RuntimeError(f"{name} is not usable: {error!r}; its log ends in\n{log}") from error
                time.sleep(0.3)

    def stop(self) -> None:
        for one in self.running:
            if one.poll() is None:
                os.killpg(one.pid, signal.SIGKILL)
            one.wait()

    def start_s3(self) -> str:
        master, volume, filer, s3 = (free_port() for _ in range(4))
        (self.folder / "s3.json").write_text(json.dumps({"identities": [{
            "name": "admin", "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "List", "Tagging", "Write"]}]}))
        (self.folder / "s3").mkdir()
        self.start("s3", [
            Path(sys.prefix) / "bin" / "weed", "-logtostderr=true", "server", "-dir=s3", "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1", f"-master.port={master}", f"-volume.port={volume}", "-master.volumeSizeLimitMB=64",
            "-volume.max=50", "-filer", f"-filer.port={filer}", "-s3", "-s3.ip.bind=127.0.0.1", f"-s3.port={s3}",
            "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.config=s3.json", "-s3.iam=false", "-s3.autoCreateBucket=false",
            "-master.telemetry=false",
        ], WEED_S3_SSE_KEY="stand-in")
        return f"http://127.0.0.1:{s3}"

    def start_secrets_manager(self) -> str:
        port = free_port()
        self.start("moto", [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port])
        self.wait("moto", lambda: socket.create_connection(("127.0.0.1", port), 1).close())
        return f"http://127.0.0.1:{port}"

    def start_snowflake(self):
        """The one of `../StandIns`, without its list of grants: databases come and go here."""
        snowflake = start_snowflake(self, free_port(), grants=None)
        wait_for_snowflake(self, snowflake)
        return snowflake


def spark_arguments(s3: str, connector: Path, event_log: Path) -> str:
    """PYSPARK_SUBMIT_ARGS that make `s3://` lead to the stand-in, as it leads to S3 on Glue, and bring the
    connector."""
    jars = Path(importlib.util.find_spec("sagemaker_pyspark").submodule_search_locations[0]) / "jars"
    wanted = [connector, *jars.glob("hadoop-aws-*.jar"), *jars.glob("aws-java-sdk-bundle-*.jar")]
    settings = {
        "spark.ui.enabled": "false", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2", "spark.eventLog.enabled": "true", "spark.eventLog.dir": event_log.as_uri(),
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem", "spark.hadoop.fs.s3a.endpoint": s3,
        "spark.hadoop.fs.s3a.aws.credentials.provider": "com.amazonaws.auth.EnvironmentVariableCredentialsProvider",
        "spark.hadoop.fs.s3a.path.style.access": "true", "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
    }
    options = " ".join(f"--conf {name}={value}" for name, value in settings.items())
    return f"--master local[2] --jars {','.join(map(str, wanted))} {options} pyspark-shell"
