"""The manifests: valid, guarded, and in agreement with what the processes read and call."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes_validate import latest_version, validate

from service_kit.runtime.clock import SystemClock
from service_kit.runtime.settings import read_settings
from service_kit.service.outbound_settings import OutboundSettings, messages_of, objects_of

K8S = Path(__file__).parents[3] / "k8s"
PROCESSES = {
    "gateway": ("gateway", "GATEWAY", "Settings"),
    "inventory-svc": ("inventory_svc", "INVENTORY", "InventorySettings"),
    "order-svc": ("order_svc", "ORDER", "OrderSettings"),
    "returns-svc": ("returns_svc", "RETURNS", "ReturnsSettings"),
    "appointments-svc": ("appointments_svc", "APPOINTMENTS", "AppointmentsSettings"),
}
"""Each process with its package, the prefix of its settings and their class."""

MAY_CALL = {
    "gateway": PROCESSES.keys() - {"gateway"},
    "inventory-svc": set(),
    "order-svc": {"inventory-svc"},
    "returns-svc": {"inventory-svc", "order-svc"},
    "appointments-svc": {"inventory-svc", "order-svc"},
}
"""Calls run from appointments and returns to orders to inventory; back there are events only."""

OVERLAYS = ("dev", "production")
VERSIONS = ("1.31", latest_version())
FILES = [path for path in sorted(K8S.rglob("*.yaml")) if path.name != "kustomization.yaml"]
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(K8S)))
needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not here")


def documents(text: str) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(text) if one]


@cache
def rendered(overlay: str) -> list[dict[str, Any]]:
    command = ["kubectl", "kustomize", str(K8S / "overlays" / overlay)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return documents(done.stdout)


def kustomization(folder: str) -> dict[str, Any]:
    (one,) = documents((K8S / folder / "kustomization.yaml").read_text())
    return one


def of_process(name: str) -> dict[str, dict[str, Any]]:
    return {one["kind"]: one for one in documents((K8S / "base" / f"{name}.yaml").read_text())}


def migrations() -> dict[str, dict[str, Any]]:
    found = documents((K8S / "base" / "migrate.yaml").read_text())
    jobs = (one for one in found if one["kind"] == "Job")
    return {one["metadata"]["labels"]["app.kubernetes.io/component"]: one for one in jobs}


def pods(manifests: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in manifests:
        if one["kind"] in ("Deployment", "StatefulSet", "Job"):
            yield one["metadata"]["name"], one["spec"]["template"]["spec"]


def the_container(workload: Mapping[str, Any]) -> dict[str, Any]:
    (container,) = workload["spec"]["template"]["spec"]["containers"]
    return dict(container)


def shared_settings(folder: str) -> dict[str, str]:
    """What a kustomization adds to the settings that all processes see."""
    (settings,) = kustomization(folder)["configMapGenerator"]
    assert settings["name"] == "tutti-settings"
    return dict(one.split("=", 1) for one in settings["literals"])


def environment_of(container: Mapping[str, Any], overlay: str) -> dict[str, str]:
    """What the process finds: optional secrets are taken to be there in `dev` alone."""
    found = shared_settings("base") | shared_settings(f"overlays/{overlay}")
    for one in container["env"]:
        optional = one.get("valueFrom", {}).get("secretKeyRef", {}).get("optional", False)
        if overlay == "dev" or not optional:
            found[one["name"]] = one.get("value", "a secret")
    return found


def names_read(name: str) -> set[str]:
    """Every name by which a process may be given a setting."""
    package, prefix, settings = PROCESSES[name]
    found = {field.name.upper() for field in fields(settings_type(package, settings))}
    return found | {f"{prefix}_{one}" for one in found}


def settings_type(package: str, name: str) -> type[Any]:
    found: type[Any] = getattr(import_module(f"{package}.settings"), name)
    return found


def peers(policy: Mapping[str, Any], way: str, end: str) -> set[str]:
    return {
        peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
        for rule in policy["spec"][way]
        for peer in rule.get(end, ())
        if "podSelector" in peer
    }


@pytest.mark.parametrize("version", VERSIONS)
@each_file
def test_every_manifest_is_valid(path: Path, version: str) -> None:
    found = documents(path.read_text())
    assert found
    for one in found:
        validate(one, version, strict=True)


@each_file
def test_every_pod_is_confined(path: Path) -> None:
    for name, pod in pods(documents(path.read_text())):
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in pod["containers"]:
            own = container["securityContext"]
            assert own["readOnlyRootFilesystem"] is True, name
            assert own["allowPrivilegeEscalation"] is False, name
            assert own["capabilities"] == {"drop": ["ALL"]}, name
            assert container["resources"]["limits"]["memory"], name
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}, name


def test_every_process_of_the_project_is_described() -> None:
    project = K8S.parent
    services = {one.parent.name for one in project.glob("*_svc/__main__.py")}
    assert {package for package, _, _ in PROCESSES.values()} == services | {"gateway"}
    assert migrations().keys() == PROCESSES.keys() - {"gateway"}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_has_everything_it_needs_to_be_run(name: str) -> None:
    kinds = of_process(name)

    assert kinds.keys() == {
        "ServiceAccount",
        "Deployment",
        "Service",
        "PodDisruptionBudget",
        "HorizontalPodAutoscaler",
        "NetworkPolicy",
    }
    assert {one["metadata"]["name"] for one in kinds.values()} == {name}
    container = the_container(kinds["Deployment"])
    assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"
    assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"
    (served,) = kinds["Service"]["spec"]["ports"]
    assert served["port"] == container["ports"][0]["containerPort"]
    # A pod that is told to stop has its sleep, the drain and the grace of requests under way.
    pod = kinds["Deployment"]["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] >= 5 + 2 + 20


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("name", PROCESSES)
def test_the_environment_holds_every_setting_that_the_process_demands(
    name: str, overlay: str
) -> None:
    package, prefix, settings = PROCESSES[name]
    container = the_container(of_process(name)["Deployment"])

    found = read_settings(
        settings_type(package, settings), environment_of(container, overlay), prefix
    )

    assert found.host == "0.0.0.0"  # noqa: S104  # inside a pod
    assert found.port == container["ports"][0]["containerPort"]
    assert container["args"] == [package]
    assert {one["name"] for one in container["env"]} <= names_read(name)
    if isinstance(found, OutboundSettings):
        messages_of(found)
        objects_of(found, SystemClock())


@pytest.mark.parametrize("name", [name for name in PROCESSES if name != "gateway"])
def test_a_migration_finds_the_settings_of_its_process(name: str) -> None:
    package, prefix, settings = PROCESSES[name]
    container = the_container(migrations()[name])

    read_settings(settings_type(package, settings), environment_of(container, "dev"), prefix)

    assert container["args"] == [package, "migrate"]
    assert {one["name"] for one in container["env"]} <= names_read(name)


@pytest.mark.parametrize("folder", ["base", *(f"overlays/{one}" for one in OVERLAYS)])
def test_every_shared_setting_is_read_by_a_process(folder: str) -> None:
    read = set[str]().union(*(names_read(name) for name in PROCESSES))
    assert shared_settings(folder).keys() <= read


def test_documents_and_messages_leave_the_pods_of_production() -> None:
    found = shared_settings("base") | shared_settings("overlays/production")
    assert (found["OBJECT_STORE"], found["MESSAGE_SENDER"]) == ("s3", "smtp")
    assert found["ORDER_PAYMENT_PROVIDER"] != "sandbox"


def test_the_gateway_knows_where_each_service_of_the_supergraph_is() -> None:
    container = the_container(of_process("gateway")["Deployment"])
    environment = {one["name"]: one.get("value", "") for one in container["env"]}
    ports = {
        package: (name, of_process(name)["Service"]["spec"]["ports"][0]["port"])
        for name, (package, _, _) in PROCESSES.items()
        if name != "gateway"
    }

    told = dict(one.split("=", 1) for one in environment["GATEWAY_SUBGRAPHS"].split(","))

    expected = {one: f"http://{host}:{port}/graphql" for one, (host, port) in ports.items()}
    assert told == expected
    supergraph = (K8S.parent / "schema" / "supergraph.graphql").read_text()
    assert all(f'@join__graph(name: "{one}"' in supergraph for one in expected)


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_reaches_only_whom_it_may_call(name: str) -> None:
    policy = of_process(name)["NetworkPolicy"]
    callers = {caller for caller, called in MAY_CALL.items() if name in called}

    assert peers(policy, "egress", "to") == MAY_CALL[name]
    assert peers(policy, "ingress", "from") == callers


@pytest.mark.parametrize("name", PROCESSES)
def test_a_pod_holds_the_key_it_signs_with_and_no_other(name: str) -> None:
    workload = of_process(name)["Deployment"]
    (keys,) = (
        one["secret"]["items"]
        for one in workload["spec"]["template"]["spec"]["volumes"]
        if "secret" in one
    )
    read = {
        value.removeprefix("/keys/")
        for one in the_container(workload)["env"]
        if (value := one.get("value", "")).startswith("/keys/")
    }

    assert {one["path"] for one in keys} == read
    assert all(one["key"] == one["path"] for one in keys)


def test_no_secret_is_written_down() -> None:
    secret = ("MONGODB_URL", "REDIS_URL", "PASSWORD", "SECRET", "SECRET_KEY")
    for path in (K8S / "base").glob("*.yaml"):
        for one in documents(path.read_text()):
            assert one["kind"] != "Secret", path
            for _, pod in pods([one]):
                for variable in pod["containers"][0].get("env", ()):
                    if variable["name"].endswith(secret):
                        assert "secretKeyRef" in variable["valueFrom"], path
    for folder in ("base", "overlays/production"):
        assert not [one for one in shared_settings(folder) if one.endswith(secret)]
        assert "secretGenerator" not in kustomization(folder)


@pytest.mark.parametrize("folder", ["base", *(f"overlays/{one}" for one in OVERLAYS)])
def test_a_kustomization_takes_every_file_beside_it_and_none_that_is_missing(folder: str) -> None:
    named = {one for one in kustomization(folder)["resources"] if one.endswith(".yaml")}
    beside = {path.name for path in (K8S / folder).glob("*.yaml")} - {"kustomization.yaml"}
    assert named == beside
    for other in kustomization(folder)["resources"]:
        assert (K8S / folder / other).exists()


@needs_kubectl
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_renders_to_valid_manifests(overlay: str) -> None:
    found = rendered(overlay)

    for one in found:
        validate(one, VERSIONS[0], strict=True)
    names = [(one["kind"], one["metadata"]["name"]) for one in found]
    assert len(names) == len(set(names))
    maps = {one["metadata"]["name"] for one in found if one["kind"] == "ConfigMap"}
    for _, pod in pods(found):
        for container in pod["containers"]:
            for source in container.get("envFrom", ()):
                assert source["configMapRef"]["name"] in maps
            assert container["image"] != "tutti", "an overlay names the version"


@needs_kubectl
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_rendered_settings_are_those_that_were_compared(overlay: str) -> None:
    (settings,) = (one for one in rendered(overlay) if one["kind"] == "ConfigMap")
    assert settings["data"] == shared_settings("base") | shared_settings(f"overlays/{overlay}")


@needs_kubectl
def test_production_writes_down_no_secret() -> None:
    assert "Secret" not in {one["kind"] for one in rendered("production")}
    assert "tutti-keys" in json.dumps(rendered("production"))
