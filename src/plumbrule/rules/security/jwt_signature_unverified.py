"""The signature of a token is not checked, so anybody writes it

Without the check a token is a note on which the caller says who he is.

## Bad

```python title="main.py"
import jwt
from fastapi import FastAPI

app = FastAPI()


@app.get("/me")
def read_me(token: str) -> str:
    return str(jwt.decode(token, options={"verify_signature": False})["sub"])  # finding
```

## Bad: python-jose

```python title="main.py"
from fastapi import FastAPI
from jose import jwt

app = FastAPI()


@app.get("/me")
def read_me(token: str) -> str:
    return str(jwt.get_unverified_claims(token)["sub"])  # finding
```

## Good: only to choose the key

```python title="main.py"
import jwt
from fastapi import FastAPI

app = FastAPI()
KEYS: dict[str, str] = {}


@app.get("/me")
def read_me(token: str) -> str:
    issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
    claims = jwt.decode(token, KEYS[issuer], algorithms=["RS256"], options={"require": ["exp"]})
    return str(claims["sub"])
```
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, n, rule

UNVERIFIED = ("jose.jwt.get_unverified_claims", "jose.jws.get_unverified_claims")
VERIFYING = ("jwt.decode", "jose.jwt.decode", "authlib.jose.jwt.decode")


@rule(category="security", severity="error", confidence="low", calls=(*UNVERIFIED, *VERIFYING))
def jwt_signature_unverified(call: Call) -> Iterator[Finding]:
    if not isinstance(call.caller, Function) or not is_unverified(call):
        return
    if not any(other.name in VERIFYING and not is_unverified(other) for other in call.scope.calls):
        yield Finding(
            at=call.span,
            message="whoever writes a token is believed",
            label="its signature is not checked",
            help="give the key and `algorithms`, and let it be checked",
        )


def is_unverified(call: Call) -> bool:
    if call.name in UNVERIFIED:
        return True
    options = call.keyword("options")
    verify = options.get("verify_signature") if isinstance(options, n.Dict) else call.keyword("verify")
    return call.name in VERIFYING and isinstance(verify, n.Constant) and verify.value is False
