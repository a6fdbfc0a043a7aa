import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_wheel_carries_every_file_that_the_program_reads() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    patterns = settings["package-data"]["*"]
    files = (path for path in (ROOT / "bot").rglob("*") if path.is_file())
    data = [path.name for path in files if path.suffix not in (".py", ".pyc")]
    assert data
    assert [name for name in data if not any(fnmatch(name, pattern) for pattern in patterns)] == []
