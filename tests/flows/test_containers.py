"""The container templates that are shipped: what they copy is there, and Prefect's server takes them as they are."""

import json
import re
from typing import Any

import yaml

from tests.houses import ROOT
from tests.prefect_server import CREDENTIALS, PrefectServer

TEMPLATES = ROOT / "docs" / "containers"


def test_the_image_copies_what_is_there_and_installs_as_the_checkout_does() -> None:
    text = (TEMPLATES / "Dockerfile").read_text()
    copied = [words.split()[:-1] for words in re.findall(r"^COPY (.+)$", text, re.M)]
    assert all((ROOT / each).exists() for words in copied for each in words)
    packages = re.search(r"packages = \[(.*?)\]", (ROOT / "pyproject.toml").read_text())
    assert packages
    assert set(re.findall(r'"(\w+)"', packages[1])) <= {each for words in copied for each in words}
    make = (ROOT / "Makefile").read_text()
    for step in ("--no-deps --require-hashes -r requirements.lock", "--no-deps --no-build-isolation -e .",
                 "--no-deps --require-hashes -r flows/lake/requirements.lock", "-m reports.pages.set_up"):  # fmt: skip
        assert step in text and step in make


def test_prefect_makes_both_pools_and_deploys_to_them(prefect_server: PrefectServer) -> None:
    pool = str(TEMPLATES / "kubernetes-pool.json")
    create = ("--no-prompt", "work-pool", "create")
    prefect_server.run(
        (*create, "doehouse-docker", "--type", "docker"),
        (*create, "doehouse-kubernetes", "--type", "kubernetes", "--base-job-template", pool),
        ("--no-prompt", "deploy", "--all", "--prefect-file", str(TEMPLATES / "prefect.yaml")),
        cwd=ROOT,
    )
    declared = yaml.safe_load((TEMPLATES / "prefect.yaml").read_text())["deployments"]
    for each in declared:
        found: dict[str, Any] = prefect_server.ask(
            f"deployments/name/nightly/{each['name']}", None, authorization=CREDENTIALS
        )
        assert found["job_variables"] == each["work_pool"]["job_variables"]
        template: dict[str, Any] = prefect_server.ask(
            f"work_pools/{each['work_pool']['name']}", None, authorization=CREDENTIALS
        )["base_job_template"]
        # What a template does not know, a worker would leave out without a word.
        assert set(found["job_variables"]) <= set(template["variables"]["properties"])
        assert set(template["variables"].get("required", ())) <= set(found["job_variables"])
        assert set(found["parameters"]) <= set(found["parameter_openapi_schema"]["properties"])


def test_the_pod_has_what_its_night_is_told() -> None:
    job = json.loads((TEMPLATES / "kubernetes-pool.json").read_text())["job_configuration"]["job_manifest"]
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    volumes = {each["name"] for each in pod["volumes"]}
    assert {each["name"] for each in container["volumeMounts"]} == volumes
    declared = yaml.safe_load((TEMPLATES / "prefect.yaml").read_text())["deployments"][1]["parameters"]
    mounted = {each["mountPath"] for each in container["volumeMounts"]}
    assert {declared["house"], declared["studies"]} <= mounted
    assert not next(each for each in container["volumeMounts"] if each["mountPath"] == "/house").get(
        "readOnly"
    )
