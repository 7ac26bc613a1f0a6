"""Exceptions of `gather` used as if they were results

With `return_exceptions=True` a failed call gives its exception in the place of
its result. Used unchecked, it is serialised into the response, or breaks far
away, with the text of the exception, password included, in the log.

## Bad

```python title="main.py"
import asyncio

from fastapi import FastAPI

app = FastAPI()


async def price(item: int) -> int:
    return item


@app.get("/")
async def read() -> dict[str, int]:
    first, second = await asyncio.gather(price(1), price(2), return_exceptions=True)  # finding
    return {"sum": first + second}
```

## Good: each one is checked

```python title="main.py"
import asyncio

from fastapi import FastAPI

app = FastAPI()


async def price(item: int) -> int:
    return item


@app.get("/")
async def read() -> list[int]:
    found = await asyncio.gather(price(1), price(2), return_exceptions=True)
    return [value for value in found if not isinstance(value, BaseException)]
```

## Good: whatever is there is an exception, and is only named

```python title="main.py"
import asyncio
import logging

from fastapi import FastAPI

app = FastAPI()


async def warm(shelf: int) -> None:
    await asyncio.sleep(0)


@app.post("/warm")
async def warm_all() -> None:
    failures = await asyncio.gather(warm(1), warm(2), return_exceptions=True)
    for failure in failures:
        if failure:
            logging.error("a shelf stays cold: %s", str(failure))
```

## Good: only waited for, or checked by another function

```python title="main.py"
import asyncio

from fastapi import FastAPI

app = FastAPI()


def good(values: list[object]) -> list[int]:
    return [v for v in values if isinstance(v, int)]


@app.get("/")
async def read() -> list[int]:
    await asyncio.gather(asyncio.sleep(0), return_exceptions=True)
    results = await asyncio.gather(asyncio.sleep(0), return_exceptions=True)
    return good(results)


@app.get("/named")
async def read_named() -> list[int]:
    results = await asyncio.gather(asyncio.sleep(0), return_exceptions=True)
    found = good(values=results)
    return found


@app.get("/each")
async def read_each() -> list[int]:
    results = await asyncio.gather(asyncio.sleep(0), return_exceptions=True)
    return [value for result in results for value in good([result])]


async def in_batches(waiting: list[asyncio.Future[int]]) -> list[int]:
    every = []
    for at in range(0, len(waiting), 10):
        some = await asyncio.gather(*waiting[at : at + 10], return_exceptions=True)
        every.extend(some)
    return every


@app.get("/done")
async def count_done() -> int:
    results = await asyncio.gather(asyncio.sleep(0, True), return_exceptions=True)
    return sum(1 for result in results if result is True)


async def settle(*waiting: asyncio.Future[int]) -> list[int | BaseException]:
    results = await asyncio.gather(*waiting, return_exceptions=True)
    return list(results)
```

## Good: a function of its own looks at each

```python title="app/previews.py"
import asyncio


async def image() -> str: ...


async def sound() -> str: ...


async def previews() -> list[str]:
    results = await asyncio.gather(image(), sound(), return_exceptions=True)
    picture, track = results
    return [text_of(picture), text_of(track)]


def text_of(result: str | BaseException) -> str:
    return result if isinstance(result, str) else ""
```
"""

from plumbrule.rulekit import Call, Class, Finding, Function, Iterator, n, rule

CHECKS = {"isinstance", "issubclass", "type", "hasattr"}


@rule(category="async", severity="warning", calls=("asyncio.gather",))
def unchecked_gather_exceptions(call: Call) -> Iterator[Finding]:
    function, names = call.caller, results(call)
    if isinstance(function, Function) and names and not is_looked_at(function, call, names):
        yield Finding(
            at=call.func_span,
            message="a failed call is used here as if its exception were a result",
            label="`return_exceptions=True`, and no `isinstance` below",
            help="use a `TaskGroup`, or check each result with `isinstance(…, BaseException)`",
        )


def results(call: Call) -> set[str]:
    """The names that get the results of a `gather` that returns exceptions."""
    given = call.keyword("return_exceptions")
    if not isinstance(given, n.Constant) or given.value is not True:
        return set()
    holder = call.node.parent.parent if isinstance(call.node.parent, n.Await) else None
    match holder:
        case n.Assign(targets=(target,)):
            return n.names_in(target)
        case _:
            return set()


def is_looked_at(function: Function, gather: Call, names: set[str]) -> bool:
    """Whether something below checks types, or hands the results on to a function that may."""
    if "Exception" in (function.node.returns.text if function.node.returns else ""):
        return True
    each = each_of(function, names)
    if each and is_only_named(function, each):
        return True
    names = names | each | renamed(function, names)
    for call in function.calls:
        if call.node.start < gather.node.start:
            continue
        if call.method in CHECKS:
            return True
        named = call.keywords if call.function is not None and not isinstance(call.target, Class) else ()
        args = (*call.args, *(keyword.value for keyword in named))
        given = {part.id for arg in args for part in unpacked(arg) if isinstance(part, n.Name)}
        if given & names and (not call.name.startswith("builtins.") or is_collected(call, function)):
            return True
    matched = any(isinstance(node, n.Match) or is_identity(node, names) for node in function.nodes)
    returned = any(isinstance(r.value, n.Name) and r.value.id in names for r in function.find(n.Return))
    return matched or returned


def renamed(function: Function, names: set[str]) -> set[str]:
    """The names that take results apart: `first, second = results`."""
    taken = (a for a in function.find(n.Assign) if isinstance(a.value, n.Name) and a.value.id in names)
    return n.names_in(*(target for assign in taken for target in assign.targets))


def is_collected(call: Call, function: Function) -> bool:
    """Whether it puts results into a list that the function gives to whoever asked."""
    if call.method not in ("extend", "append") or call.receiver is None:
        return False
    given = (node.value.text for node in function.find(n.Return) if node.value is not None)
    return call.receiver.text in given


def unpacked(arg: n.Expr) -> tuple[n.Expr, ...]:
    """An argument, or the items of one that is a list."""
    return arg.items if isinstance(arg, n.Sequence) else (arg,)


def each_of(function: Function, names: set[str]) -> set[str]:
    """The names that loops give to what is in the results."""
    loops = [node for node in function.nodes if isinstance(node, (n.For, n.Clause))]
    over = [loop.target for loop in loops if names & n.names_in(loop.iterable)]
    return n.names_in(*over)


def is_only_named(function: Function, each: set[str]) -> bool:
    """Whether results are asked whether they are anything, and are put into a text: so a result is `None`."""
    used = [name for name in function.find(n.Name) if name.id in each]
    asked = [name for name in used if isinstance(name.parent, n.If) and name.parent.test is name]
    targets = [name for name in used if isinstance(name.parent, (n.For, n.Clause))]
    written = [name for name in used if is_written(name)]
    return bool(asked) and len(asked) + len(targets) + len(written) == len(used)


def is_written(name: n.Name) -> bool:
    """Whether a value is only put into a text."""
    match name.parent:
        case n.FString():
            return True
        case n.Call(func=n.Name(id="str" | "repr")):
            return True
        case _:
            return False


def is_identity(node: n.Node, names: set[str]) -> bool:
    """`result is True`: no exception is that."""
    return isinstance(node, n.Compare) and node.ops == ("is",) and bool(names & n.names_in(node.operands[0]))
