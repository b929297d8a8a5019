"""``python -m tests.fresh_install``: performs deploy/install in a fresh Debian root, up to a signed-in page through nginx.

Needs root, debootstrap and a network, and takes minutes: no part of ``./run test``. systemd is not the first process there, so
what its units start is started here as they say, as their user; ``tests/test_deploy.py`` has systemd look at the units.
With systemd as the first process they were tried by hand (docs/decisions.md).
"""

import argparse
import contextlib
import http.cookiejar
import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOST = "check.example.org"
EMAIL, PASSWORD = "betrieb@example.org", "Zwölf-Laternen-am-Kai-7"
SERVICES = ROOT / "deploy" / "systemd"
TASKS = [path.stem.removeprefix("skalierungscheck-") for path in sorted(SERVICES.glob("*.timer"))]


class FreshRoot:
    """A Debian below ``path``, and processes in it that end with this one."""

    def __init__(self, path: Path, suite: str, mirror: str) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o755)  # the root of everybody in it
        self.running: list[subprocess.Popen[bytes]] = []
        if not (path / "etc/debian_version").exists():
            step("debootstrap", suite)
            options = ["--variant=minbase", "--include=ca-certificates"]
            subprocess.run(["debootstrap", *options, suite, str(path), mirror], check=True, stdout=subprocess.DEVNULL)
        shutil.copy("/etc/resolv.conf", path / "etc/resolv.conf")
        # Packages start nothing by themselves here, as in an image.
        policy = path / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        self._like_outside()

    def _like_outside(self) -> None:
        """What this machine needs to reach package registries: certificates, pip's own settings."""
        for place in ("/etc/ssl/certs/ca-certificates.crt", "/etc/pip.conf", "/etc/xdg/pip", "/etc/hosts"):
            if Path(place).is_dir():
                shutil.copytree(place, self.path / place.lstrip("/"), dirs_exist_ok=True)
            elif Path(place).exists():
                shutil.copy(place, self.path / place.lstrip("/"))
        with (self.path / "etc/hosts").open("a") as hosts:
            hosts.write(f"\n127.0.0.1 {HOST}\n")

    @contextlib.contextmanager
    def mounted(self) -> Iterator[None]:
        for kind in ("proc", "dev"):
            subprocess.run(["mount", "--bind", f"/{kind}", str(self.path / kind)], check=True)
        try:
            yield
        finally:
            for process in reversed(self.running):
                process.terminate()
                process.wait(60)
            self.run("pg_ctlcluster $(pg_lsclusters -h | cut -d' ' -f1,2) stop", check=False)
            for kind in ("dev", "proc"):
                subprocess.run(["umount", "-l", str(self.path / kind)], check=False)

    def _command(self, line: str) -> list[str]:
        return ["chroot", str(self.path), "sh", "-ec", line]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_CERT", "http", "HTTP"))}
        return kept | {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}

    def run(self, line: str, *, check: bool = True) -> str:
        done = subprocess.run(self._command(line), env=self._environment(), stdout=subprocess.PIPE, text=True, check=False)
        if check and done.returncode:
            sys.exit(f"FAILED ({done.returncode}): {line}\n{done.stdout}")
        return done.stdout

    def start(self, line: str) -> None:
        self.running.append(subprocess.Popen(self._command(f"exec {line}"), env=self._environment()))

    def start_service(self, unit: str, before: str = "") -> None:
        """What the unit starts, as its user, in its folder; ``before`` stands before its command."""
        text = (SERVICES / unit).read_text()
        (command,) = re.findall(r"^ExecStart=(.+)$", text, re.M)
        (user,) = re.findall(r"^User=(.+)$", text, re.M)
        (folder,) = re.findall(r"^WorkingDirectory=(.+)$", text, re.M)
        self.start(f"env --chdir={folder} runuser -u {user} -- {before} {command}")


def step(*words: str) -> None:
    print("==", *words, flush=True)  # noqa: T201 – a command's output


class Browser:
    """Trusts the machine's own certificate, keeps cookies, follows redirects."""

    def __init__(self, certificate: Path) -> None:
        context = ssl.create_default_context(cafile=str(certificate))
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), jar)

    def ask(self, path: str, form: dict[str, str] | None = None) -> str:
        address = f"https://{HOST}{path}"
        body = urllib.parse.urlencode(form).encode() if form else None
        with self.opener.open(urllib.request.Request(address, body, {"Referer": address}), timeout=60) as answer:
            return str(answer.read().decode())


def install(root: FreshRoot) -> None:
    source = root.path / "srv/source"
    files = subprocess.check_output(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT).decode()
    for name in files.rstrip("\0").split("\0"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, source / name)
    step("deploy/install, first part")
    root.run(f"/srv/source/deploy/install --host {HOST} --mail smtp://127.0.0.1:25 packages user code settings")
    # systemd would have started it as it was installed.
    root.run("pg_ctlcluster $(pg_lsclusters -h | cut -d' ' -f1,2) start")
    step("deploy/install, second part")
    root.run("/srv/source/deploy/install database prepare services proxy")


def serve(root: FreshRoot) -> None:
    # systemd's own program stands in for its socket unit.
    root.run("install -d -o skalierungscheck /run/skalierungscheck; rm -f /run/skalierungscheck/web.sock")
    root.start_service("skalierungscheck-web.service", "systemd-socket-activate -l /run/skalierungscheck/web.sock")
    socket = "/run/skalierungscheck/web.sock"
    root.run(f"until [ -S {socket} ]; do sleep 0.1; done; chgrp www-data {socket}; chmod 660 {socket}")
    root.start_service("skalierungscheck-worker@.service")
    root.start("nginx -g 'daemon off;'")


def wait_for(browser: Browser) -> None:
    deadline = time.monotonic() + 90
    while True:
        try:
            browser.ask("/readyz")
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def written_into_the_code(root: FreshRoot) -> list[str]:
    """Files below the code that do not belong to root, or that others may write to."""
    return root.run("find -L /opt/skalierungscheck ! -user root -o -perm /022 ! -type l | head").split()


def find_host_here() -> None:
    """For this process, the host name leads to this machine."""
    find = socket.getaddrinfo
    socket.getaddrinfo = lambda host, *rest, **more: find("127.0.0.1" if host == HOST else host, *rest, **more)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, help="Made there if it is not yet, and kept.")
    parser.add_argument("--suite", default="bookworm")
    parser.add_argument("--mirror", default="http://deb.debian.org/debian")
    options = parser.parse_args()
    is_made = options.root is not None and (options.root / "etc/debian_version").exists()
    if os.geteuid() != 0 or not (is_made or shutil.which("debootstrap")):
        sys.exit("Needs root and debootstrap.")
    find_host_here()
    with tempfile.TemporaryDirectory(prefix="skc-fresh-", ignore_cleanup_errors=True) as folder:
        root = FreshRoot(options.root or Path(folder), options.suite, options.mirror)
        with root.mounted():
            check(root)


def check(root: FreshRoot) -> None:
    install(root)
    serve(root)
    browser = Browser(root.path / "etc/skalierungscheck/tls/fullchain.pem")
    wait_for(browser)
    secret = f"DJANGO_SUPERUSER_PASSWORD={shlex.quote(PASSWORD)}"
    root.run(f"{secret} skalierungscheck createsuperuser --noinput --email {EMAIL} --name Betrieb")
    # As a house's own authority would be known to its machines.
    root.run("cat /etc/skalierungscheck/tls/fullchain.pem >>/etc/ssl/certs/ca-certificates.crt")
    step("sign in")
    page = browser.ask("/konto/login/")
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    page = browser.ask("/konto/login/", fields | {"login": EMAIL, "password": PASSWORD})
    assert "Abmelden" in page, page[:2000]
    assert "Systemstatus" not in page
    step("timers")
    for name in TASKS:
        root.run(f"skalierungscheck timer {name}")
    step("doctor")
    said = root.run("skalierungscheck doctor", check=False)
    print(said)  # noqa: T201
    problems = re.findall(r"^(\S.*?) +PROBLEM", said, re.M)
    assert problems == ["mail server", "mail sender"], problems  # there is none in there, and HOST is nobody's
    step("what several hosts need comes where the settings ask for it")
    env = "/etc/skalierungscheck/skalierungscheck.env"
    root.run(f"echo CACHE_URL=valkey://127.0.0.1:1/0 >>{env}; if skalierungscheck check; then exit 1; fi")
    root.run(f"/srv/source/deploy/install code; skalierungscheck check; sed -i /^CACHE_URL=/d {env}")
    check_services(root)
    check_keys(root)
    check_way_back(root)
    assert written_into_the_code(root) == []
    step("all is well")


def documented(heading: str) -> str:
    """The first commands after these words of docs/operation.md, but for systemctl's: systemd is not running in there."""
    (_before, after) = (ROOT / "docs/operation.md").read_text().split(heading)
    block = after.split("```sh\n")[1].split("```")[0]
    return "".join(line for line in block.splitlines(keepends=True) if not line.startswith("systemctl"))


def asked(root: FreshRoot, line: str) -> list[str]:
    return root.run(f'skalierungscheck shell --verbosity 0 --command "{line}"').split()


def check_services(root: FreshRoot) -> None:
    step("services again: what was switched off stays so, and folders of the settings may be written to")
    env = "/etc/skalierungscheck/skalierungscheck.env"
    dropin = "/etc/systemd/system/skalierungscheck-timer@.service.d/folders.conf"
    root.run("systemctl -q disable skalierungscheck-digest.timer")
    root.run(f"echo 'BACKUP_DIR=/srv/back up' >>{env}; /srv/source/deploy/install services")
    assert root.run(f"cat {dropin}") == '[Service]\nReadWritePaths="-/srv/back up"\n'
    said = root.run("systemd-analyze verify /etc/systemd/system/skalierungscheck-timer@backup.service 2>&1", check=False)
    assert "folders.conf" not in said, said
    root.run(f"sed -i /^BACKUP_DIR=/d {env}; /srv/source/deploy/install services; test ! -e {dropin}")
    states = {name: root.run(f"systemctl is-enabled skalierungscheck-{name}.timer", check=False).strip() for name in TASKS}
    assert states == dict.fromkeys(TASKS, "enabled") | {"digest": "disabled"}, states


def check_keys(root: FreshRoot) -> None:
    step("another secret key, twice")
    look = "from django.conf import settings; print(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)"
    keys = [asked(root, look)]
    for _turn in range(2):
        root.run(documented("**Another secret key.**"))
        keys.append(asked(root, look))
    assert [len(found) for found in keys] == [1, 2, 3]
    assert keys[2][1:] == keys[1]
    assert keys[1][1:] == keys[0]


def check_way_back(root: FreshRoot) -> None:
    step("backup, and from a lost server to a running one")
    said = root.run("cd /root; skalierungscheck backup x.tar.gz 2>&1", check=False)
    assert "cannot write /root/x.tar.gz" in said, said
    root.run("cd /var/backups/skalierungscheck; rm -f kept.tar.gz; skalierungscheck backup kept.tar.gz")
    root.run("skalierungscheck backup --check /var/backups/skalierungscheck/kept.tar.gz")
    root.run("cd /; runuser -u postgres -- dropdb --force skalierungscheck; rm -r /var/lib/skalierungscheck")
    commands = documented("**From a lost server to a running one**").replace("/FILE", "/kept.tar.gz")
    commands = commands.replace("skalierungscheck doctor\n", "")  # whose services do not run now
    root.run(f"cd /srv/source; {commands}")
    assert asked(root, "from scaling.accounts.models import User; print(*User.objects.values_list('email'))") == [
        f"('{EMAIL}',)"
    ]


if __name__ == "__main__":
    main()
