"""Where request data does harm, what carries it on, and what makes it harmless.

A sink is a full name (or `.method`, for values whose type is not known) with the place of its argument.
"""

from __future__ import annotations

import re
from functools import cache

FIRST = ((0, ""),)
PATH = ((0, "path"), (0, "file"), (0, "name"), (0, "src"), (0, "filename"), (0, "fname"))

SINKS: dict[str, dict[str, tuple[tuple[int | None, str], ...]]] = {
    "path": {
        **dict.fromkeys(
            (
                "builtins.open",
                "io.open",
                "os.open",
                "os.remove",
                "os.unlink",
                "os.rmdir",
                "os.removedirs",
                "os.makedirs",
                "os.mkdir",
                "os.listdir",
                "os.scandir",
                "os.walk",
                "shutil.rmtree",
                "glob.glob",
                "glob.iglob",
                "aiofiles.open",
                "aiofiles.os.remove",
                "aiofiles.os.makedirs",
                "anyio.open_file",
                "pandas.read_csv",
                "pandas.read_excel",
                "zipfile.ZipFile",
                "tarfile.open",
                "sqlite3.connect",
                "joblib.load",
                "numpy.load",
                "torch.load",
                "os.startfile",
                "pandas.read_parquet",
                "pandas.read_json",
                "PIL.Image.open",
                "cv2.imread",
                "fitz.open",
                "openpyxl.load_workbook",
                "shutil.unpack_archive",
            ),
            PATH,
        ),
        "starlette.responses.FileResponse": ((0, "path"),),  # its `filename` is what the browser saves it as
        **dict.fromkeys(
            (
                "shutil.copy",
                "shutil.copy2",
                "shutil.copyfile",
                "shutil.copytree",
                "shutil.move",
                "os.rename",
                "os.replace",
            ),
            ((0, "src"), (1, "dst")),
        ),
        **{
            f"{module}.Path.{method}": ((-1, ""),)
            for module in ("pathlib", "anyio")
            for method in (
                "open",
                "read_text",
                "read_bytes",
                "write_text",
                "write_bytes",
                "unlink",
                "mkdir",
                "rmdir",
                "iterdir",
                "touch",
            )
        },
    },
    "sql": {
        **dict.fromkeys(("sqlalchemy.text", "sqlmodel.text", "sqlalchemy.sql.text"), ((0, "text"),)),
        **dict.fromkeys(("sqlalchemy.literal_column", "sqlalchemy.sql.literal_column"), ((0, "text"),)),
        **dict.fromkeys(
            (
                ".execute",
                ".executemany",
                ".executescript",
                ".copy_expert",
                ".fetch",
                ".fetchrow",
                ".fetchval",
                ".fetch_all",
                ".fetch_one",
                ".exec_driver_sql",
                ".mogrify",
            ),
            ((0, "sql"), (0, "query"), (0, "statement")),
        ),
        **dict.fromkeys(("pandas.read_sql", "pandas.read_sql_query", "duckdb.sql", "duckdb.query"), FIRST),
    },
    "command": {
        **dict.fromkeys(
            (
                "os.system",
                "os.popen",
                "subprocess.getoutput",
                "subprocess.getstatusoutput",
                "asyncio.create_subprocess_shell",
                "paramiko.SSHClient.exec_command",
                ".exec_command",
            ),
            ((0, "cmd"), (0, "command")),
        ),
        "asyncio.create_subprocess_exec": ((2, ""),),
        **dict.fromkeys(
            (
                "subprocess.run",
                "subprocess.Popen",
                "subprocess.call",
                "subprocess.check_call",
                "subprocess.check_output",
            ),
            ((0, "args"),),
        ),
    },
    "code": {
        **dict.fromkeys(
            (
                "builtins.exec",
                "builtins.eval",
                "pickle.loads",
                "pickle.load",
                "dill.loads",
                "cloudpickle.loads",
                "marshal.loads",
                "jsonpickle.decode",
                "yaml.load",
                "yaml.unsafe_load",
                "yaml.full_load",
                "importlib.import_module",
                "builtins.__import__",
                "sympy.sympify",
                "sympy.parsing.sympy_parser.parse_expr",
                "pandas.eval",
                "pandas.DataFrame.eval",
                "pandas.DataFrame.query",
                "runpy.run_path",
                "runpy.run_module",
            ),
            FIRST,
        ),
    },
    "template": {
        **dict.fromkeys(
            (
                "jinja2.Template",
                "jinja2.Environment.from_string",
                "jinja2.environment.Environment.from_string",
                "jinja2.environment.Template",
                "mako.template.Template",
                "jinja2.nativetypes.NativeEnvironment.from_string",
            ),
            ((0, "source"), (0, "text")),
        ),
    },
    "regex": {
        **dict.fromkeys(
            (
                "re.compile",
                "re.search",
                "re.match",
                "re.fullmatch",
                "re.findall",
                "re.finditer",
                "re.sub",
                "re.split",
            ),
            ((0, "pattern"),),
        ),
    },
    "html": {
        "starlette.responses.HTMLResponse": ((0, "content"),),
        "markupsafe.Markup": FIRST,
    },
    "url": {
        **{
            f"{client}.{verb}": ((0, "url"),)
            for client in (
                "requests",
                "requests.Session",
                "httpx",
                "httpx.Client",
                "httpx.AsyncClient",
                "httpx2",
                "httpx2.Client",
                "httpx2.AsyncClient",
                "aiohttp.ClientSession",
            )
            for verb in ("get", "post", "put", "patch", "delete", "head", "options")
        },
        **dict.fromkeys(
            (
                "requests.request",
                "requests.Session.request",
                "httpx.request",
                "httpx.stream",
                "httpx.AsyncClient.request",
                "httpx.AsyncClient.stream",
                "httpx2.AsyncClient.request",
                "httpx2.AsyncClient.stream",
                "httpx.Client.request",
                "httpx.Client.stream",
                "aiohttp.ClientSession.request",
            ),
            ((1, "url"),),
        ),
        **dict.fromkeys(
            (
                "httpx.Client",
                "httpx.AsyncClient",
                "httpx2.Client",
                "httpx2.AsyncClient",
                "openai.OpenAI",
                "openai.AsyncOpenAI",
            ),
            ((None, "base_url"),),
        ),
        **dict.fromkeys(
            (
                ".goto",
                "feedparser.parse",
                "trafilatura.fetch_url",
                "websockets.connect",
                "wget.download",
                "aiohttp.ClientSession.ws_connect",
                "urllib.request.urlopen",
            ),
            ((0, "url"), (0, "uri")),
        ),
        "urllib.request.Request": ((0, "url"),),
        "urllib.request.urlretrieve": ((0, "url"),),
    },
    "redirect": {
        "starlette.responses.RedirectResponse": ((0, "url"),),
    },
}

STATEMENTS = {
    "neo4j": (".run",),
    "clickhouse_connect": (".query", ".command"),
    "clickhouse_driver": (".query",),
    "duckdb": (".sql",),
    "pyspark": (".sql",),
    "snowflake": (".sql",),
}
"""methods that take a statement, where a project uses the library: elsewhere the words stand for much else"""

# What hands a value on, as it is or with more text around it. All else is taken to make it harmless.
CARRIERS = {
    "builtins.str",
    "builtins.list",
    "builtins.dict",
    "builtins.set",
    "builtins.tuple",
    "builtins.sorted",
    "builtins.iter",
    "builtins.enumerate",
    "builtins.reversed",
    "builtins.format",
    "os.path.join",
    "os.path.abspath",
    "os.path.normpath",
    "os.path.realpath",
    "os.path.expanduser",
    "os.path.dirname",
    "os.fspath",
    "glob.glob",
    "posixpath.join",
    "pathlib.Path",
    "pathlib.PurePath",
    "anyio.Path",
    "pathlib.Path.joinpath",
    "pathlib.Path.resolve",
    "pathlib.Path.absolute",
    "pathlib.Path.with_suffix",
    "pathlib.Path.as_posix",
    "pathlib.Path.expanduser",
    "urllib.parse.unquote",
    "urllib.parse.unquote_plus",
    "urllib.parse.urljoin",
    "json.loads",
    "base64.b64decode",
    "base64.urlsafe_b64decode",
    "bytes.fromhex",
    "textwrap.dedent",
    "pandas.ExcelFile",
    "fastapi.UploadFile.read",
    "fastapi.Request.json",
    "fastapi.Request.body",
    "fastapi.Request.form",
    "fastapi.WebSocket.receive_json",
    "fastapi.WebSocket.receive_text",
    "fastapi.WebSocket.receive_bytes",
    "fastapi.WebSocket.iter_json",
    "fastapi.WebSocket.iter_text",
    "typing.cast",
    "io.BytesIO",
    "io.StringIO",
}
CARRYING_METHODS = {
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "title",
    "capitalize",
    "casefold",
    "format",
    "join",
    "split",
    "rsplit",
    "splitlines",
    "partition",
    "rpartition",
    "encode",
    "decode",
    "removeprefix",
    "removesuffix",
    "get",
    "getlist",
    "pop",
    "items",
    "values",
    "copy",
    "model_dump",
    "dict",
    "json",
    "model_dump_json",
    "get_secret_value",
}
STREAMS = {"io.BytesIO", "io.StringIO"}
"""what holds data as the content of a file, and never as its name"""
COMPOSERS = {"os.path.join", "posixpath.join", "pathlib.Path.joinpath", "urllib.parse.urljoin"}
REQUEST_PARTS = {"query_params", "path_params", "headers", "cookies"}
HARMLESS_ATTRIBUTES = {"name", "stem", "suffix", "value", "size", "content_type", "id", "user_id"}

PARSERS = {"urlparse", "urlsplit"}
"""what takes an address apart: a check if its host is looked at"""

# A call with the value, as a statement or a test of its own, that lets only good values pass.
CHECKS = {
    "relative_to",
    "is_relative_to",
    "commonpath",
    "commonprefix",
    "isalnum",
    "isdigit",
    "isidentifier",
    "isdecimal",
    "isalpha",
    "isnumeric",
    "match",
    "fullmatch",
    "search",
    "UUID",
    "int",
    "all",
    "any",
}
OFFLOADERS: dict[str, int] = {
    "asyncio.to_thread": 0,
    "starlette.concurrency.run_in_threadpool": 0,
    "anyio.to_thread.run_sync": 0,
    "fastapi.BackgroundTasks.add_task": 0,
    "asgiref.sync.sync_to_async": 0,
}
SANITISER = re.compile(
    r"sanit|secure|safe|clean|valid|escape|quote|slug|allow|white_?list|check|verify|hash|encrypt|resolve|uuid|ensure",
    re.IGNORECASE,
)
"""words in the names of functions that make harmless what they get"""


@cache
def is_sanitiser(name: str) -> bool:
    """Whether a function of that name is taken to make what it gets harmless."""
    return SANITISER.search(name) is not None
