"""``python -m tests.container``: builds deploy/Containerfile with buildah and serves from the image as compose.yaml would.

Needs root, buildah, debootstrap and a network, and takes minutes: no part of ``./run test``. No registry of images is asked:
what the Containerfile begins from is made by debootstrap, under its name. Where runc is installed, containers are started as
compose.yaml says (read-only, no rights, processes, names and mounts of their own; the network is this machine's). Where it is
not, the image's processes run by chroot on its read-only root, as its user, without new rights.
"""

import argparse
import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from scaling.embedded_postgres import embedded_postgres

ROOT = Path(__file__).resolve().parents[1]
CONTAINERFILE = ROOT / "deploy" / "Containerfile"
(BASE,) = set(re.findall(r"^FROM (\S+)", CONTAINERFILE.read_text(), re.M))
SUITE = BASE.rpartition(":")[2].removesuffix("-slim")
ADDRESS = "http://127.0.0.1:8000"
#: What compose.yaml lets the app write to.
WRITABLE = ("/tmp", "/var/lib/skalierungscheck", "/var/backups/skalierungscheck")  # noqa: S108 – in the image


def step(*words: object) -> None:
    print("==", *words, flush=True)  # noqa: T201 – a command's output


class Builder:
    """buildah with a store of its own below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.options = [f"--root={folder / 'store'}", f"--runroot={folder / 'run'}", "--storage-driver=vfs"]

    def run(self, *words: str) -> str:
        done = subprocess.run(["buildah", *self.options, *words], stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout.strip()

    def import_base(self, root: Path) -> None:
        made = self.run("from", "scratch")
        self.run("add", "--quiet", made, str(root), "/")
        self.run("commit", "--quiet", made, BASE)
        self.run("rm", made)

    def build(self, source: Path) -> str:
        file = str(source / "deploy" / "Containerfile")
        self.run("bud", "--isolation=chroot", "--pull-never", "--quiet", "-f", file, "-t", "skalierungscheck", str(source))
        return self.run("from", "--pull-never", "localhost/skalierungscheck")


def make_base(root: Path, mirror: str) -> None:
    if not (root / "etc/debian_version").exists():
        step("debootstrap", SUITE)
        subprocess.run(["debootstrap", "--variant=minbase", SUITE, str(root), mirror], check=True, stdout=subprocess.DEVNULL)
    # Whom this machine trusts, for pip: under a name that installing ca-certificates does not write.
    if Path("/etc/ssl/certs/ca-certificates.crt").exists():
        (root / "etc/ssl").mkdir(exist_ok=True)
        shutil.copy("/etc/ssl/certs/ca-certificates.crt", root / "etc/ssl/outside.crt")
        (root / "etc/pip.conf").write_text("[global]\ncert = /etc/ssl/outside.crt\n")


class Image:
    """The image's files at ``root``, and what its settings say."""

    def __init__(self, builder: Builder, container: str, runtime: str | None) -> None:
        self.runtime = runtime
        self.started = 0
        self.root = Path(builder.run("mount", container))
        config = json.loads(builder.run("inspect", container))["OCIv1"]["config"]
        self.user, self.folder, self.command = config["User"], config["WorkingDir"], config["Cmd"]
        self.variables = config["Env"]

    def inside(self, command: list[str], variables: dict[str, str], shared: Path) -> subprocess.Popen[bytes]:
        """Start it on a read-only root; ``shared`` has what lies at WRITABLE, and the socket of the database."""
        if self.runtime:
            return self._container(command, variables, shared)
        root = shlex.quote(str(self.root))
        lines = ["set -e", f"mount --bind {root} {root}", f"mount -o remount,bind,ro {root}"]
        lines += [f"mount --rbind /{name} {root}/{name}" for name in ("proc", "dev")]
        lines += [f"mount --bind {shared}{path} {root}{path}" for path in WRITABLE]
        # The socket of the database, at the path by which it is known here.
        lines += [f"mkdir -p {root}{shared}/pg", f"mount --bind {shared}/pg {root}{shared}/pg"]
        settings = [*self.variables, *(f"{name}={value}" for name, value in variables.items())]
        words = ["env", "-i", *settings, "setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups"]
        words += ["--no-new-privs", "--bounding-set=-all", "env", f"--chdir={self.folder}", *command]
        lines += [f"exec chroot {root} {shlex.join(words)}"]
        return subprocess.Popen(["unshare", "--mount", "sh", "-c", "\n".join(lines)])

    def _container(self, command: list[str], variables: dict[str, str], shared: Path) -> subprocess.Popen[bytes]:
        """By an OCI runtime, whose signals and exit code are those of the command."""
        self.started += 1
        bundle = shared / f"container-{self.started}"
        bundle.mkdir()
        (user,) = re.findall(rf"^{self.user}:[^:]*:(\d+):(\d+):", (self.root / "etc/passwd").read_text(), re.M)
        (self.root / f"{shared}/pg".lstrip("/")).mkdir(parents=True, exist_ok=True)  # nothing can be made there any more then
        files = ["nosuid", "nodev", "rbind"]
        mounts: list[Mapping[str, object]] = [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=65536k"]},
            {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "noexec", "nodev"]},  # noqa: S108
            *({"destination": path, "type": "bind", "source": f"{shared}{path}", "options": files} for path in WRITABLE),
            {"destination": f"{shared}/pg", "type": "bind", "source": f"{shared}/pg", "options": files},
        ]
        config = {
            "ociVersion": "1.0.2",
            "root": {"path": str(self.root), "readonly": True},
            "hostname": "app",
            "process": {
                "user": {"uid": int(user[0]), "gid": int(user[1])},
                "args": command,
                "env": [*self.variables, *(f"{name}={value}" for name, value in variables.items())],
                "cwd": self.folder,
                "noNewPrivileges": True,
                "capabilities": {},
            },
            "mounts": mounts,
            "linux": {"namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts", "cgroup")]},
        }
        (bundle / "config.json").write_text(json.dumps(config))
        options = [f"--root={shared}/runtime", "run", f"--bundle={bundle}", f"{shared.parent.name}-{self.started}"]
        return subprocess.Popen([str(self.runtime), *options])


def ask(path: str) -> tuple[int, bytes]:
    headers = {"Host": "check.example.org", "X-Forwarded-Proto": "https"}
    request = urllib.request.Request(ADDRESS + path, headers=headers)  # noqa: S310 – our own
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def wait_for(path: str, start: bytes, seconds: int = 120) -> bytes:
    deadline = time.monotonic() + seconds
    while True:
        status, body = ask(path)
        if status == 200 and body.startswith(start):
            return body
        assert time.monotonic() < deadline, (path, status, body[:500])
        time.sleep(0.5)


@contextlib.contextmanager
def running(image: Image, command: list[str], variables: dict[str, str], shared: Path) -> Iterator[None]:
    process = image.inside(command, variables, shared)
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(60) in (0, 143, -15), process.returncode


def check(image: Image, folder: Path) -> None:
    assert image.user == "skalierungscheck"
    foreign = subprocess.check_output(
        ["find", str(image.root / "opt"), "!", "-user", "root", "-o", "-perm", "/022", "!", "-type", "l"]
    )
    assert foreign == b"", foreign[:1000]
    for path in WRITABLE:
        (folder / path.lstrip("/")).mkdir(parents=True)
        (folder / path.lstrip("/")).chmod(0o777)
    with embedded_postgres(folder / "pg", {"unix_socket_permissions": "0777"}) as url:
        (folder / "pg").chmod(0o711)
        variables = {
            "DATABASE_URL": url,
            "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
            "SITE_URL": "https://check.example.org",
            "EMAIL_URL": "smtp://127.0.0.1:9",
        }
        manage = [".venv/bin/python", "manage.py"]
        step("prepare")
        if image.runtime:
            # It is the first process, sees no other, owns nothing and can write nowhere else.
            look = "test $$ = 1 && test $(ls -d /proc/[0-9]* | wc -l) -le 5 && ! touch /opt/x && ! touch /x && touch /tmp/x"
            look += " && grep -q 'CapEff:.0000000000000000' /proc/self/status && grep -q 'NoNewPrivs:.1' /proc/self/status"
            assert image.inside(["sh", "-c", look], variables, folder).wait(60) == 0
        said = folder / "tmp/said"
        assert image.inside(["sh", "-c", f"{' '.join(manage)} prepare >/tmp/said 2>&1"], variables, folder).wait(600) == 0
        assert "manage.py build" not in said.read_text(), said.read_text()
        step("serve:", *image.command)
        with running(image, image.command, variables, folder), running(image, [*manage, "worker"], variables, folder):
            wait_for("/readyz", b"")
            assert "Skalierungscheck" in wait_for("/katalog/", b"<!DOCTYPE html>").decode()
            step("PDF by the worker:", len(wait_for("/beispiel/profil.pdf?umfang=kurz", b"%PDF")) // 1024, "kB")
            for name in ("backup", "sessions", "retention"):
                assert image.inside([*manage, "timer", name], variables, folder).wait(600) == 0
            assert list((folder / "var/backups/skalierungscheck").iterdir())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, help="A root of Debian to begin from; made there if it is not yet, and kept.")
    parser.add_argument("--runtime", default=shutil.which("runc"), help="An OCI runtime to start containers with: runc.")
    parser.add_argument("--mirror", default="http://deb.debian.org/debian")
    options = parser.parse_args()
    if os.geteuid() != 0 or not (shutil.which("buildah") and shutil.which("debootstrap")):
        sys.exit("Needs root, buildah and debootstrap.")
    with tempfile.TemporaryDirectory(prefix="skc-image-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        base = options.base or folder / "base"
        make_base(base, options.mirror)
        builder = Builder(folder)
        builder.import_base(base)
        source = folder / "source"
        source.mkdir()
        archive = subprocess.check_output(["git", "archive", "HEAD"], cwd=ROOT)
        subprocess.run(["tar", "-x", "-C", str(source)], input=archive, check=True)
        step("build")
        image = Image(builder, builder.build(source), options.runtime)
        step("started", f"as containers by {options.runtime}" if options.runtime else "by chroot: there is no runc")
        step(subprocess.check_output(["du", "-sh", str(image.root)], text=True).split()[0], "with its base")
        (folder / "house").mkdir()
        check(image, folder / "house")
    step("all is well")


if __name__ == "__main__":
    main()
