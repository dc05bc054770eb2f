"""The ways in which one build may differ from another, and must not show it.

After the variations of the Reproducible Builds project's tools (reproducible-builds.org/docs/test-bench), with those of
arithmetic beside them: threads, kernels, features of the processor, versions of Python.
"""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

LIBRARIES = "(__import__('numpy'), __import__('scipy.linalg'), __import__('threadpoolctl').threadpool_info())[-1]"
KERNELS = f"{{one['architecture'] for one in {LIBRARIES}}}"
THREADS = f"{{one['num_threads'] for one in {LIBRARIES}}}"
FEATURES = "str(__import__('numpy')._core._multiarray_umath.__cpu_features__)"
LOADER = "__import__('subprocess').getoutput('/lib64/ld-linux-x86-64.so.2 --list-diagnostics | grep active')"
DECIMAL = "(__import__('locale').setlocale(6, ''), __import__('locale').localeconv()['decimal_point'])[1]"
VERSION = "'.'.join(map(str, __import__('sys').version_info[:2]))"
UMASK = "__import__('os').umask(0)"

KERNEL_NAMES = ("Prescott", "Nehalem", "Sandybridge", "Haswell", "Zen", "SkylakeX")

# What newer processors have, by the names of numpy and of glibc.
NUMPY_NEWER = "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"
GLIBC_NEWER = "glibc.cpu.hwcaps=-AVX2,-AVX512F,-AVX512VL,-FMA,-BMI2,-ERMS"


@dataclass(frozen=True)
class Variation:
    """One way to differ.

    probe: a Python expression whose value shows it: it must be the `expected` one, which the machine may have anyway,
    or, where none is given, another one than the reference's. variables: of the environment. prefix: the command that
    runs the build's. folder: the project's. python: of another version. listing: the order in which folders list their
    files is turned round.
    """

    name: str
    probe: str
    expected: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    prefix: tuple[str, ...] = ()
    folder: str = "project"
    python: str = ""
    listing: bool = False


def threads(number: int) -> dict[str, str]:
    """Return the variables that ask OpenBLAS and OpenMP for so many threads."""
    return {"OPENBLAS_NUM_THREADS": str(number), "OMP_NUM_THREADS": str(number)}


def _kernel(name: str) -> Variation:
    # numpy's OpenBLAS has no kernels for Zen and takes Haswell's, and has two names for its oldest ones.
    shown = {"Zen": "Haswell", "Prescott": "Katmai"}.get(name, name)
    return Variation(f"OpenBLAS {name}", KERNELS, str({shown}), {"OPENBLAS_CORETYPE": name})


FOLDER = "Ordner mit ü"
PRIVATE = ("sh", "-c", 'umask 077; exec "$@"', "sh")
LOCALE = {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}
ELSEWHERE = LOCALE | {"TZ": "Pacific/Auckland", "PYTHONHASHSEED": "4"}
OLD = threads(1) | {
    "OPENBLAS_CORETYPE": "Nehalem",
    "NPY_DISABLE_CPU_FEATURES": NUMPY_NEWER,
    "GLIBC_TUNABLES": GLIBC_NEWER,
}

ALL = (
    Variation("1 thread", THREADS, "{1}", threads(1)),
    Variation("2 threads", THREADS, "{2}", threads(2)),
    *map(_kernel, KERNEL_NAMES),
    Variation("numpy without newer features", FEATURES, variables={"NPY_DISABLE_CPU_FEATURES": NUMPY_NEWER}),
    Variation("glibc without newer features", LOADER, variables={"GLIBC_TUNABLES": GLIBC_NEWER}),
    *(Variation(f"Python {version}", VERSION, version, python=version) for version in ("3.11", "3.12", "3.13")),
    Variation("another folder", "__import__('os').path.basename(__import__('os').getcwd())", FOLDER, folder=FOLDER),
    Variation("another time", "__import__('time').gmtime().tm_year", prefix=("faketime", "2031-03-04 05:06:07")),
    Variation("another time zone", "__import__('time').timezone", variables={"TZ": "Pacific/Auckland"}),
    Variation("a decimal comma", DECIMAL, variables=LOCALE),
    Variation("umask 077", UMASK, prefix=PRIVATE),
    Variation("umask 000", UMASK, prefix=("sh", "-c", 'umask 000; exec "$@"', "sh")),
    Variation("another hash seed", "hash('exam')", variables={"PYTHONHASHSEED": "4"}),
    Variation(
        "another host name",
        "__import__('socket').gethostname()",
        prefix=("unshare", "--uts", "sh", "-c", 'hostname elsewhere && exec "$@"', "sh"),
    ),
    Variation(
        "another user",
        "__import__('os').getuid()",
        variables={"USER": "nobody", "LOGNAME": "nobody", "HOME": "/nonexistent"},
        prefix=("unshare", "--user", "--map-user=65534", "--map-group=65534"),  # who still may read this Python
    ),
    Variation("an empty home folder", "__import__('os').path.expanduser('~')", variables={"HOME": "/nonexistent"}),
    Variation("a terminal", "__import__('sys').stdout.isatty()", prefix=("script", "--quiet", "--return", "--command")),
    Variation("folders listed the other way round", "__import__('os').listdir('src/passage')", listing=True),
    Variation("1 processor", "len(__import__('os').sched_getaffinity(0))", prefix=("taskset", "--cpu-list", "0")),
    Variation("an old processor", KERNELS, variables=OLD),
    Variation("elsewhere", DECIMAL, variables=ELSEWHERE, prefix=PRIVATE, folder=FOLDER),
)


def missing(variation: Variation) -> str:
    """Return what this machine lacks for a variation, in words; empty where nothing is known to be missing."""
    if variation.prefix and not shutil.which(variation.prefix[0]):
        return f"no {variation.prefix[0]}"
    if variation.listing and not shutil.which("disorderfs"):
        return "no disorderfs"
    if variation.python and not interpreter(variation.python):
        return f"no python{variation.python}"
    return ""


def interpreter(version: str) -> str | None:
    """Return where a Python of this version is, on the path or among pyenv's, whose names on the path may be dead."""
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
    return str(pyenv[-1]) if pyenv else shutil.which(f"python{version}")


def with_locale(variables: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return `variables` with a folder that has their locale, compiled where the system has not."""
    name = variables.get("LC_ALL", "")
    if name and not (folder / name).exists() and shutil.which("localedef"):
        folder.mkdir(exist_ok=True)
        language, _, charset = name.partition(".")
        command = ["localedef", "-i", language, "-f", charset, str(folder / name)]
        subprocess.run(command, capture_output=True, check=False)
    return {**variables, **({"LOCPATH": str(folder)} if (folder / name).exists() and name else {})}
