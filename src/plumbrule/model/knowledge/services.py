"""Calls that wait for another service, for as long as that one takes."""

from __future__ import annotations

VERBS = "get post put patch delete head options request send stream"
ANSWERS = (
    "chat.completions.create chat.completions.parse completions.create responses.create responses.parse "
    "embeddings.create images.generate images.edit audio.transcriptions.create audio.speech.create "
    "moderations.create beta.chat.completions.parse"
)
MESSAGES = "messages.create messages.stream completions.create"
CHAT = "invoke stream generate predict batch"
AWAITED_CHAT = "ainvoke astream agenerate apredict abatch"
MODELS = (
    "langchain_openai.ChatOpenAI",
    "langchain_openai.AzureChatOpenAI",
    "langchain_anthropic.ChatAnthropic",
    "langchain_google_genai.ChatGoogleGenerativeAI",
    "langchain_core.language_models.BaseChatModel",
)
METHODS = {
    "httpx": VERBS,
    "httpx.Client": VERBS,
    "requests": VERBS,
    "requests.Session": VERBS,
    "openai.OpenAI": ANSWERS,
    "openai.AzureOpenAI": ANSWERS,
    "anthropic.Anthropic": MESSAGES,
    "groq.Groq": ANSWERS,
    "litellm": "completion embedding image_generation responses",
    "mistralai.Mistral": "chat.complete chat.stream embeddings.create",
    "google.genai.Client": "models.generate_content models.embed_content",
    "google.generativeai.GenerativeModel": "generate_content",
    **dict.fromkeys(MODELS, CHAT),
}
AWAITED_METHODS = {
    "httpx.AsyncClient": VERBS,
    "httpx2.AsyncClient": VERBS,
    "aiohttp.ClientSession": f"{VERBS} ws_connect",
    "openai.AsyncOpenAI": ANSWERS,
    "openai.AsyncAzureOpenAI": ANSWERS,
    "anthropic.AsyncAnthropic": MESSAGES,
    "groq.AsyncGroq": ANSWERS,
    "litellm": "acompletion aembedding aimage_generation aresponses",
    "mistralai.Mistral": "chat.complete_async chat.stream_async embeddings.create_async",
    "google.genai.Client": "aio.models.generate_content aio.models.embed_content",
    "google.generativeai.GenerativeModel": "generate_content_async",
    "aiosmtplib": "send",
    "fastapi_mail.FastMail": "send_message",
    **dict.fromkeys(MODELS, AWAITED_CHAT),
}
SERVICES = frozenset(f"{owner}.{name}" for owner, names in METHODS.items() for name in names.split())
AWAITED_SERVICES = frozenset(
    f"{owner}.{name}" for owner, names in AWAITED_METHODS.items() for name in names.split()
)
"""these wait once they are awaited, entered or gone through"""
