"""Imports the Python files of each folder named on stdin, builds the OpenAPI of its apps,
and answers with one JSON line.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
import warnings
from pathlib import Path

from fastapi import APIRouter, FastAPI


def check(folder: Path) -> dict[str, str]:
    sys.path.insert(0, str(folder))
    os.chdir(folder)
    warnings.simplefilter("ignore")
    names = [
        p.relative_to(folder).with_suffix("").as_posix().replace("/", ".")
        for p in sorted(folder.rglob("*.py"))
    ]
    top = {name.partition(".")[0] for name in names}
    try:
        for name in names:
            module = importlib.import_module(name.removesuffix(".__init__"))
            for value in list(vars(module).values()):
                if isinstance(value, FastAPI):
                    value.openapi()
                elif isinstance(value, APIRouter):
                    app = FastAPI()
                    app.include_router(value, prefix="" if value.prefix else "/x")
                    app.openapi()
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        return {"error": traceback.format_exc()} if name in top else {"missing": name}
    except Exception:  # noqa: BLE001
        return {"error": traceback.format_exc()}
    return {}


def main() -> None:
    for line in sys.stdin:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            with os.fdopen(write, "w") as out:
                json.dump(check(Path(line.strip())), out)
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as answer:
            text = answer.read()
        os.waitpid(child, 0)
        print(text or json.dumps({"error": "the child died"}), flush=True)


if __name__ == "__main__":
    main()
