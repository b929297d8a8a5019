"""What lies under deploy/ is what the documents say and what the code knows."""

import json
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from scaling import __version__
from scaling.common.environment_file import DEFAULT, parse
from scaling.timers import TASKS
from tests.scaling.test_settings import load

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
INSTALL = (DEPLOY / "install").read_text()
UNITS = sorted((DEPLOY / "systemd").iterdir())
OPERATION = (ROOT / "docs" / "operation.md").read_text()


def steps():
    """Each step of the install script with the comment above it."""
    return {
        name.replace("_", "-"): " ".join(line.removeprefix("# ") for line in comment.splitlines())
        for comment, name in re.findall(r"((?:^# .*\n)+)^step_(\w+)\(\)", INSTALL, re.M)
    }


def test_document_quotes_the_steps_of_the_script():
    rows = dict(re.findall(r"^\| `([\w-]+)` \| (.+?) \|$", OPERATION.split("## Install")[1].split("Afterwards")[0], re.M))
    assert rows == {name: said for name, said in steps().items() if name != "image-packages"}


def test_script_runs_all_its_steps_in_the_documents_order():
    (order,) = re.findall(r"for step in \$\{steps:-(.+?)\}", INSTALL)
    assert order.split() == [name for name in steps() if name != "image-packages"]
    for file in ("install", "skalierungscheck"):
        subprocess.run(["sh", "-n", str(DEPLOY / file)], check=True)


@pytest.mark.parametrize("words", [["--host"], ["nosuchstep"], ["--nosuch"]])
def test_script_refuses_what_it_does_not_know(words):
    done = subprocess.run(["sh", str(DEPLOY / "install"), *words], capture_output=True, text=True)
    assert done.returncode != 0
    assert done.stdout == ""


def test_way_back_starts_all_timers_again():
    started = re.findall(r"^systemctl start skalierungscheck-\{(.*)\}\.timer$", OPERATION, re.M)
    assert len(started) == 2
    for names in started:
        assert set(names.split(",")) == set(TASKS)


def test_timers_and_tasks_are_the_same():
    assert {unit.stem.removeprefix("skalierungscheck-") for unit in UNITS if unit.suffix == ".timer"} == set(TASKS)
    for name, task in TASKS.items():
        assert task.command[0] in get_commands()
        assert f"skalierungscheck-{name}.timer" in INSTALL
        assert (
            f"Unit=skalierungscheck-timer@{name}.service" in (DEPLOY / "systemd" / f"skalierungscheck-{name}.timer").read_text()
        )
        assert f"| `skalierungscheck-{name}` | `timer {name}` |" in OPERATION


def test_units_call_commands_that_are_there():
    called = [command for unit in UNITS for command in re.findall(r"manage\.py (\w+)", unit.read_text())]
    called += re.findall(r"manage\.py (\w+)", INSTALL)
    assert set(called) == {"worker", "timer", "build", "prepare"}
    assert set(called) <= set(get_commands())
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    commands = [service["command"] for service in compose["services"].values() if "manage.py" in service.get("command", [])]
    assert {command[-1] for command in commands} == {"prepare", "worker"}


def test_services_have_few_rights():
    for unit in UNITS:
        if unit.suffix == ".service":
            text = unit.read_text()
            for line in (
                "User=skalierungscheck",
                "ProtectSystem=strict",
                "NoNewPrivileges=yes",
                "PrivateTmp=yes",
                "CapabilityBoundingSet=\n",
            ):
                assert line in text, (unit.name, line)


@pytest.fixture
def units(tmp_path):
    """The units as they are, but for what they start, which is not installed here."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze (Debian: systemd)")
    for unit in UNITS:
        text = re.sub(r"/opt/skalierungscheck/current/\S+", "/bin/true", unit.read_text())
        (tmp_path / unit.name).write_text(text)
    return sorted(tmp_path.iterdir())


def test_systemd_understands_the_units(units):
    done = subprocess.run(["systemd-analyze", "verify", *map(str, units)], capture_output=True, text=True)
    assert (done.stdout + done.stderr, done.returncode) == ("", 0)


def test_systemd_finds_the_services_shut_off_well(units):
    """Of 100 points of exposure, 17; what is left are the network, the sockets and the files that they are for."""
    version = subprocess.check_output(["systemd-analyze", "--version"], text=True)
    if int(re.findall(r"^systemd (\d+)", version)[0]) < 250:
        pytest.skip("needs systemd 250, which looks at files")
    services = [unit for unit in units if unit.suffix == ".service"]
    assert len(services) == 3
    command = ["systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=20"]
    for service in services:
        done = subprocess.run([*command, str(service)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    weak = services[0].with_name("weak.service")
    weak.write_text(services[0].read_text().replace("SystemCallFilter=@system-service\n", ""))
    assert subprocess.run([*command, str(weak)], capture_output=True).returncode != 0


def test_proxy_limits_and_headers_are_the_apps():
    text = (DEPLOY / "nginx.conf").read_text()
    assert f"client_max_body_size {settings.MAX_BODY_BYTES // 1024 // 1024}m;" in text
    socket = re.findall(r"^ListenStream=(.+)$", (DEPLOY / "systemd" / "skalierungscheck-web.socket").read_text(), re.M)
    assert {address.removeprefix("http://unix:") for address in re.findall(r"proxy_pass (\S+);", text)} == set(socket)
    assert "X-Forwarded-Proto $scheme" in text
    assert "X-Forwarded-For $proxy_add_x_forwarded_for" in text


@pytest.mark.parametrize(("word", "code", "said"), [("--help", 0, "deploy/release FOLDER"), ("--out", 1, "usage:")])
def test_release_takes_no_option_for_a_folder(tmp_path, word, code, said):
    done = subprocess.run([sys.executable, str(DEPLOY / "release"), word], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == code
    assert said in done.stdout + done.stderr
    assert not list(tmp_path.iterdir())


def test_release_is_the_commit_with_its_parts_and_the_same_each_time(tmp_path):
    if not (ROOT / ".git").exists():
        pytest.skip("is made from a git checkout")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", "--depth=1", f"file://{ROOT}", str(clone)], check=True)
    made = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        subprocess.run([sys.executable, str(clone / "deploy/release"), str(folder)], check=True, capture_output=True)
        made.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert made[0] == made[1]
    name = f"skalierungscheck-{__version__}"
    assert set(made[0]) == {f"{name}.tar.gz", f"{name}.cdx.json", f"{name}.sha256"}
    subprocess.run(["sha256sum", "--quiet", "-c", f"{name}.sha256"], cwd=tmp_path / "a", check=True)
    with tarfile.open(tmp_path / "a" / f"{name}.tar.gz") as tar:
        assert f"{name}/deploy/install" in tar.getnames()
    parts = json.loads(made[0][f"{name}.cdx.json"])["components"]
    locked = re.findall(r"^[\w.-]+(?:\[[^\]]*\])?==", (ROOT / "requirements" / "several.txt").read_text(), re.M)
    assert len([part for part in parts if part.get("purl")]) == len(locked)
    assert "htmx" in [part["name"] for part in parts]
    (clone / "README.md").write_text("changed")
    done = subprocess.run([sys.executable, str(clone / "deploy/release"), str(tmp_path / "c")], capture_output=True, text=True)
    assert "not committed" in done.stderr


def test_template_of_settings_is_one_that_starts(tmp_path):
    text = (
        (DEPLOY / "skalierungscheck.env")
        .read_text()
        .replace("@HOST@", "check.example.org")
        .replace("@MAIL@", "smtp://mail.example.org")
    )
    (tmp_path / "key").write_text("0123456789abcdefghijklmnopqrstuvwxyz" * 2)
    file = tmp_path / "x.env"
    file.write_text(text.replace("/etc/skalierungscheck/secret_key", str(tmp_path / "key")))
    assert load(tmp_path, SKALIERUNGSCHECK_ENV=str(file)) == (0, "loaded")
    # What is only proposed is known, too.
    proposed = re.sub(r"^#(?=[A-Z_]+=)", "", file.read_text(), flags=re.M).replace(
        "ADDRESS_FILE=/etc/skalierungscheck/address", "ADDRESS=x"
    )
    file.write_text(proposed)
    assert load(tmp_path, SKALIERUNGSCHECK_ENV=str(file)) == (0, "loaded")
    assert f"/etc/skalierungscheck/{DEFAULT.name}" == str(DEFAULT)
    assert str(DEFAULT.parent) in INSTALL
    assert DEFAULT.name in INSTALL
    parse(text, "x")
