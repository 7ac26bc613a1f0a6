"""Request data that decides which host the server calls

The server stands inside the network: it reaches the metadata service of the
cloud, the database's admin page and everything that trusts its address. Who
chooses the host of an outgoing request uses the server as a proxy to all of
it. Compare the host with a fixed list before the call.

## Bad

```python title="main.py"
import httpx2
from fastapi import FastAPI

app = FastAPI()


@app.post("/previews")
async def preview(url: str) -> str:
    async with httpx2.AsyncClient() as client:
        answer = await client.get(url)  # finding
    return answer.text
```

## Bad: an address, but any

```python title="main.py"
from urllib.parse import urlparse

import httpx2
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.post("/previews")
async def preview(url: str) -> str:
    parsed = urlparse(url)
    if parsed.scheme not in ("http", "https") or not parsed.netloc:
        raise HTTPException(422)
    async with httpx2.AsyncClient() as client:
        answer = await client.get(url)  # finding
    return answer.text
```

## Bad: put in by name

```python title="main.py"
import httpx2
from fastapi import FastAPI

app = FastAPI()
PREVIEW = "https://{host}/preview/{size}"


@app.post("/previews")
def preview(host: str, size: int) -> str:
    return httpx2.get(PREVIEW.format(host=host, size=size)).text  # finding
```

## Bad: said once, where the host is asked

```python title="main.py"
import httpx2
from fastapi import FastAPI

app = FastAPI()


@app.post("/previews")
def preview(base: str) -> str:
    client = httpx2.Client(base_url=base)
    return client.get(f"{base}/preview").text  # finding
```

## Bad: only who has a key of the server's own may name hosts (low confidence)

```python title="main.py"
from typing import Annotated

import httpx2
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic_settings import BaseSettings

app = FastAPI()


class Settings(BaseSettings):
    operator_api_key: str = ""


settings = Settings()


def is_operator(x_key: Annotated[str, Header()]) -> None:
    if not settings.operator_api_key or x_key != settings.operator_api_key:
        raise HTTPException(401)


@app.post("/directories", dependencies=[Depends(is_operator)])
async def connect_directory(url: str) -> int:
    async with httpx2.AsyncClient() as client:
        return (await client.get(url)).status_code  # finding
```

## Bad: what stands before the colon is a user

```python title="main.py"
from urllib.parse import urlparse

import httpx
from fastapi import FastAPI, HTTPException

app = FastAPI()
HOSTS = {"files.example"}


def is_known(url: str) -> bool:
    return urlparse(url).netloc.split(":")[0] in HOSTS  # of http://files.example:x@10.0.0.1 too


def is_one_of_ours(url: str) -> bool:
    return urlparse(url).hostname in HOSTS


@app.get("/preview")
def preview(url: str) -> str:
    if not is_known(url):
        raise HTTPException(400)
    return httpx.get(url).text  # finding


@app.get("/picture")
def picture(url: str) -> str:
    if not is_one_of_ours(url):
        raise HTTPException(400)
    return httpx.get(url).text
```

## Bad: whose name only begins like that

```python title="main.py"
import httpx2
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.post("/previews")
async def preview(url: str) -> str:
    if not url.startswith("https://images.example"):
        raise HTTPException(422)
    async with httpx2.AsyncClient() as client:
        answer = await client.get(url)  # finding
    return answer.text
```

## Bad: a browser of the server is sent there

```python title="main.py"
from fastapi import FastAPI
from playwright.async_api import async_playwright

app = FastAPI()


@app.post("/pictures")
async def take_picture(address: str) -> bytes:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch()
        page = await browser.new_page()
        await page.goto(address)  # finding
        return await page.screenshot()
```

## Good: the host is fixed

```python title="main.py"
import httpx2
from fastapi import FastAPI

app = FastAPI()
RATE = "https://rates.example/{currency}"


@app.get("/rates/{currency}")
async def read_rate(currency: str) -> str:
    async with httpx2.AsyncClient() as client:
        answer = await client.get(f"https://rates.example/{currency}")
    return answer.text


@app.post("/rates/{currency}")
async def order_rate(currency: str) -> str:
    async with httpx2.AsyncClient() as client:
        answer = await client.post(RATE.format(currency=currency))
    return answer.text


@app.delete("/rates/{currency}")
async def delete_rate(currency: str) -> str:
    async with httpx2.AsyncClient() as client:
        answer = await client.delete("{}/{}".format("https://rates.example", currency))
    return answer.text
```

## Good: the host is on a list

```python title="main.py"
from urllib.parse import urlsplit

import httpx2
from fastapi import FastAPI, HTTPException

app = FastAPI()
HOSTS = {"images.example"}


@app.post("/previews")
async def preview(url: str) -> str:
    if urlsplit(url).hostname not in HOSTS:
        raise HTTPException(422)
    async with httpx2.AsyncClient() as client:
        answer = await client.get(url)
    return answer.text
```

## Good: the address begins with a host

```python title="main.py"
import httpx2
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.post("/previews")
async def preview(url: str) -> str:
    if not url.startswith(("https://images.example/", "https://films.example/")):
        raise HTTPException(422)
    async with httpx2.AsyncClient() as client:
        answer = await client.get(url)
    return answer.text
```

## Good: the client's own transport looks at the address

```python title="transport.py"
import asyncio
import ipaddress

import httpx2


class OutsideOnly(httpx2.AsyncHTTPTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        found = await asyncio.get_running_loop().getaddrinfo(request.url.host, None)
        if not all(ipaddress.ip_address(address[0]).is_global for *_, address in found):
            raise httpx2.ConnectError("not a public address", request=request)
        return await super().handle_async_request(request)
```

```python title="main.py"
import httpx2
from fastapi import FastAPI
from transport import OutsideOnly

app = FastAPI()


async def length(client: httpx2.AsyncClient, url: str) -> int:
    return len((await client.get(url)).content)


@app.post("/previews")
async def preview(url: str) -> int:
    async with httpx2.AsyncClient(transport=OutsideOnly()) as client:
        return await length(client, url)
```

## Good: a handler that is a method, with what its object was made with

```python title="main.py"
import os

import httpx2
from fastapi import APIRouter, FastAPI

app = FastAPI()


class Rates:
    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client
        self.address = os.getenv("RATES", "https://rates.example")

    async def latest(self) -> str:
        return (await self.client.get(f"{self.address}/latest")).text


class RatesRouter:
    def __init__(self, rates: Rates) -> None:
        self.rates = rates
        self.router = APIRouter()
        self.router.add_api_route("/rates", self.read_rates, methods=["GET"])

    async def read_rates(self) -> str:
        return await self.rates.latest()


app.include_router(RatesRouter(Rates(httpx2.AsyncClient())).router)
```

## Good: what the client sends is kept under another key of the same dict

```python title="main.py"
import httpx
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Question(BaseModel):
    key: str
    text: str


@app.post("/answers")
async def answer(question: Question) -> str:
    options = {"key": question.key, "url": "https://models.example/"}
    if question.text:
        options["text"] = question.text
    return await ask(options)


async def ask(options: dict[str, str]) -> str:
    async with httpx.AsyncClient(timeout=5) as client:
        response = await client.post(options["url"], json={"text": options["text"]})
    return response.text
```

## When to ignore it

When calling hosts that users name is the purpose (webhooks, crawlers) and an
outgoing proxy or firewall keeps the inner network out of reach.
"""

from plumbrule.rulekit import Finding, Flow, Iterator, Route, asks_for_own_key, forbids, rule, stations

WAYS = ("transport", "mounts", "proxy", "connector")
"""how httpx and aiohttp are told to connect differently"""


@rule(category="security", severity="error", confidence="medium")
def server_side_request_forgery(route: Route) -> Iterator[Finding]:
    for flow in route.flows:
        if flow.kind == "url" and not goes_another_way(flow) and not is_prepared(flow, route.flows):
            yield Finding(
                at=flow.sink.func_span,
                message="the client decides which host is called",
                label=f"`{flow.origin.label}` of {flow.route.label} is the beginning of the URL",
                help="compare the host with a fixed list before the call",
                chain=stations(flow),
                confidence="low" if is_for_few(route) else None,
            )


def goes_another_way(flow: Flow) -> bool:
    """Whether a client on the way is given a transport or proxy of its own: that may look at the address."""
    scopes = {flow.sink.scope, *(call.scope for call in flow.chain)}
    return any(call.keyword(name) is not None for scope in scopes for call in scope.calls for name in WAYS)


def is_for_few(route: Route) -> bool:
    """Whether callers need a permission, or a key of the server's own: naming hosts is what an administrator
    may be there for.
    """
    guards = [d.function for d in route.dependencies if d.function is not None]
    return any(d.scopes for d in route.dependencies) or any(
        forbids(guard) or asks_for_own_key(guard) for guard in guards
    )


def is_prepared(flow: Flow, flows: list[Flow]) -> bool:
    """Whether it only makes the client with which another call, for the same data, asks the host."""
    if not flow.sink.name.endswith("Client"):
        return False
    return any(
        o.origin.node is flow.origin.node and o.sink is not flow.sink for o in flows if o.kind == "url"
    )
