import logging

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

from seminars.attendees.router import router as attendees
from seminars.booking.router import router as booking

logger = logging.getLogger(__name__)


class DomainError(Exception):
    def __init__(self, text: str, code: str, status: int = 400) -> None:
        super().__init__(text)
        self.text, self.code, self.status = text, code, status


app = FastAPI(title="Seminars")
app.add_middleware(CORSMiddleware, allow_origins=["https://seminars.example"])
app.include_router(attendees)
app.include_router(booking)


@app.exception_handler(DomainError)
async def on_domain_error(request: Request, error: DomainError) -> JSONResponse:
    return JSONResponse({"error": {"code": error.code, "message": error.text}}, status_code=error.status)


@app.exception_handler(Exception)  # finds: error-handler-outside-cors, partial-error-handlers
async def on_any_error(request: Request, error: Exception) -> JSONResponse:
    logger.exception("A request failed", exc_info=error)  # finds: double-logged-exception
    return JSONResponse({"error": {"code": "CRASH", "message": "Something broke"}}, status_code=500)
