"""Work that must not be lost, given to `BackgroundTasks`

Background tasks run in the worker after the response, one after the other.
The first exception drops the rest, a deployment drops them all on some
servers, and nothing tries again: the mail is not sent, the payment not made,
and the client was told `201 Created`.

## Bad

```python title="app/orders.py"
from fastapi import APIRouter, BackgroundTasks

from app.mail import send_receipt

router = APIRouter()


@router.post("/orders")
async def create_order(address: str, tasks: BackgroundTasks) -> None:
    tasks.add_task(send_receipt, address)  # finding
```

```python title="app/mail.py"
import smtplib


def send_receipt(address: str) -> None:
    deliver(address, "Thank you")


def deliver(address: str, text: str) -> None:
    with smtplib.SMTP("mail") as server:
        server.sendmail("shop@example.com", address, text)
```

## Good: given to a queue

```python title="main.py"
from fastapi import BackgroundTasks, FastAPI

app = FastAPI()


def forget(name: str) -> None:
    print(name)


@app.post("/orders")
async def create_order(name: str, tasks: BackgroundTasks) -> None:
    tasks.add_task(forget, name)
    tasks.add_task(print, name)
```

## When to ignore it

Mail that may get lost: a notice that the user can ask for again.
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, Step, n, reached_calls, rule

MAIL = (
    "smtplib.SMTP",
    "smtplib.SMTP_SSL",
    "aiosmtplib.send",
    "aiosmtplib.SMTP",
    "fastapi_mail.FastMail.send_message",
    "sendgrid.SendGridAPIClient",
    "resend.Emails.send",
    "emails.Message",
    "emails.html",
    "boto3.Client.send_email",
)
CALLS = tuple(
    f"{owner}.{verb}"
    for owner in ("requests", "httpx", "httpx.Client", "httpx.AsyncClient", "httpx2.AsyncClient")
    for verb in ("post", "put", "patch", "delete")
)
COMMITS = ("sqlalchemy.orm.Session.commit", "sqlalchemy.ext.asyncio.AsyncSession.commit")


@rule(category="async", severity="warning", calls=("add_task",))
def durable_work_in_background_tasks(call: Call) -> Iterator[Finding]:
    work = call.scope.resolve(call.args[0]) if is_added(call) else None
    if not isinstance(work, Function):
        return
    for reached in reached_calls(work):
        does = consequence(reached.call)
        if does is not None:
            yield Finding(
                at=call.args[0].span,
                message=f"`{work.label}` {does}, and is lost when this worker stops",
                label="runs once, after the response, in this process",
                help="put it on a durable queue, in the same transaction if it must not be lost",
                chain=(Step(f"`{reached.call.node.func.text}`", reached.call.span),),
            )
            return


def is_added(call: Call) -> bool:
    """Whether a call gives a function to the background tasks of a request."""
    kind = call.receiver_type
    background = kind is not None and kind.name == "fastapi.BackgroundTasks"
    return background and bool(call.args) and not isinstance(call.args[0], n.Starred)


def consequence(call: Call) -> str | None:
    """What is lost with a call."""
    if call.name in MAIL:
        return "sends mail"
    if call.name.startswith("stripe."):
        return "moves money"
    if call.name in CALLS:
        return "calls another service"
    return "writes to the database" if call.name in COMMITS else None
