"""Calls of libraries that hold up the thread they run on: what waits, and what computes.

A name that ends in `.` stands for every method below it. Cheap looks at the disk (`os.path.exists`, `mkdir`)
are left out: they cost less than the hop to a thread.
"""

from __future__ import annotations

from plumbrule.model.knowledge.clients import CLIENTS

STRIPE = (
    "Customer",
    "PaymentIntent",
    "PaymentMethod",
    "SetupIntent",
    "Subscription",
    "SubscriptionItem",
    "Refund",
    "Price",
    "Product",
    "Invoice",
    "checkout.Session",
    "billing_portal.Session",
)
NETWORK = (
    "requests.get",
    "requests.post",
    "requests.put",
    "requests.patch",
    "requests.delete",
    "requests.head",
    "requests.options",
    "requests.request",
    "requests.Session.get",
    "requests.Session.post",
    "requests.Session.put",
    "requests.Session.patch",
    "requests.Session.delete",
    "requests.Session.head",
    "requests.Session.request",
    "requests.Session.send",
    "urllib.request.urlopen",
    "urllib.request.urlretrieve",
    "urllib3.request",
    "urllib3.PoolManager.request",
    "urllib3.PoolManager.urlopen",
    "http.client.HTTPConnection.request",
    "http.client.HTTPConnection.getresponse",
    "http.client.HTTPSConnection.request",
    "http.client.HTTPSConnection.getresponse",
    "httpx.get",
    "httpx.post",
    "httpx.put",
    "httpx.patch",
    "httpx.delete",
    "httpx.head",
    "httpx.options",
    "httpx.request",
    "httpx.stream",
    "httpx.Client.get",
    "httpx.Client.post",
    "httpx.Client.put",
    "httpx.Client.patch",
    "httpx.Client.delete",
    "httpx.Client.head",
    "httpx.Client.request",
    "httpx.Client.send",
    "httpx.Client.stream",
    "httpx2.get",
    "httpx2.post",
    "httpx2.Client.get",
    "httpx2.Client.post",
    "httpx2.Client.request",
    "socket.create_connection",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.socket.connect",
    "socket.socket.accept",
    "socket.socket.recv",
    "socket.socket.sendall",
    "smtplib.SMTP",
    "smtplib.SMTP_SSL",
    "imaplib.IMAP4",
    "imaplib.IMAP4_SSL",
    "ftplib.FTP",
    "paramiko.SSHClient.connect",
    "paramiko.SSHClient.exec_command",
    "boto3.Client.",
    "boto3.Resource.",
    *(
        f"stripe.{thing}.{verb}"
        for thing in STRIPE
        for verb in ("create", "retrieve", "modify", "list", "delete")
    ),
    "sendgrid.SendGridAPIClient.send",
    "resend.Emails.send",
    "twilio.rest.Client.messages.create",
    "yt_dlp.YoutubeDL.extract_info",
    "yt_dlp.YoutubeDL.download",
    "wikipedia.page",
    "wikipedia.summary",
    "tweepy.API.",
    *CLIENTS,
)
SLEEP = ("time.sleep",)
MEASURING = ("psutil.cpu_percent", "psutil.cpu_times_percent", "psutil.Process.cpu_percent")
"""these wait for as long as their `interval` says, and not without one"""
PROCESS = (
    "subprocess.run",
    "subprocess.call",
    "subprocess.check_call",
    "subprocess.check_output",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "subprocess.Popen.wait",
    "subprocess.Popen.communicate",
    "os.system",
    "os.popen",
    "os.waitpid",
    "os.wait",
    "builtins.input",
    "concurrent.futures._base.Future.result",
    "git.Repo.clone",
    "git.Repo.clone_from",
    "git.Repo.commit",
    "git.Repo.git.",
    "git.Repo.index.commit",
    "git.Repo.is_dirty",
    "git.Repo.iter_commits",
    "pygit2.clone_repository",
    "git.Remote.fetch",
    "git.Remote.pull",
    "git.Remote.push",
)
POOLS = ("concurrent.futures.ThreadPoolExecutor", "concurrent.futures.ProcessPoolExecutor")
"""leaving `with` waits for all that was given to them"""
DATABASE = (
    "sqlite3.connect",
    "sqlite3.Connection.execute",
    "sqlite3.Connection.executemany",
    "sqlite3.Connection.executescript",
    "sqlite3.Connection.commit",
    "sqlite3.Cursor.execute",
    "sqlite3.Cursor.executemany",
    "psycopg2.connect",
    "psycopg2.connection.commit",
    "psycopg2.cursor.execute",
    "psycopg2.cursor.executemany",
    "psycopg2.cursor.copy_expert",
    "psycopg.connect",
    "psycopg.Connection.execute",
    "psycopg.Connection.commit",
    "psycopg.Cursor.execute",
    "pymysql.connect",
    "pymysql.Connection.commit",
    "pymysql.Cursor.execute",
    "MySQLdb.connect",
    "mysql.connector.connect",
    "pymongo.collection.Collection.",
    "pymongo.Collection.",
    "redis.Redis.get",
    "redis.Redis.set",
    "redis.Redis.setex",
    "redis.Redis.delete",
    "redis.Redis.exists",
    "redis.Redis.incr",
    "redis.Redis.expire",
    "redis.Redis.hget",
    "redis.Redis.hset",
    "redis.Redis.hgetall",
    "redis.Redis.lpush",
    "redis.Redis.rpush",
    "redis.Redis.publish",
    "redis.Redis.ping",
    "redis.Redis.scan_iter",
    "sqlalchemy.Engine.connect",
    "sqlalchemy.Engine.begin",
    "sqlalchemy.Connection.execute",
    "sqlalchemy.Connection.commit",
    "supabase.Query.execute",
)
FILE = (
    "builtins.open",
    "io.open",
    "pathlib.Path.open",
    "pathlib.Path.read_text",
    "pathlib.Path.read_bytes",
    "pathlib.Path.write_text",
    "pathlib.Path.write_bytes",
)
"""a file of its own costs about as much as the hop to a thread"""
DISK = (
    "shutil.copy",
    "shutil.copy2",
    "shutil.copyfile",
    "shutil.copyfileobj",
    "shutil.copytree",
    "shutil.move",
    "shutil.rmtree",
    "shutil.make_archive",
    "shutil.unpack_archive",
    "os.walk",
    "os.fsync",
    "zipfile.ZipFile.extractall",
    "tarfile.open",
    "tarfile.TarFile.extract",
    "tarfile.TarFile.extractall",
    "tempfile.SpooledTemporaryFile.read",
)

HASHING = (
    "passlib.context.CryptContext.hash",
    "passlib.context.CryptContext.encrypt",
    "passlib.context.CryptContext.verify",
    "passlib.context.CryptContext.verify_and_update",
    *(
        f"passlib.hash.{scheme}.{verb}"
        for scheme in ("argon2", "bcrypt", "pbkdf2_sha256", "sha256_crypt")
        for verb in ("hash", "verify", "encrypt", "genhash")
    ),
    "pwdlib.PasswordHash.hash",
    "pwdlib.PasswordHash.verify",
    "pwdlib.PasswordHash.verify_and_update",
    "argon2.PasswordHasher.hash",
    "argon2.PasswordHasher.verify",
    "bcrypt.hashpw",
    "bcrypt.checkpw",
    "hashlib.pbkdf2_hmac",
    "hashlib.scrypt",
    "werkzeug.security.generate_password_hash",
    "werkzeug.security.check_password_hash",
    "cryptography.hazmat.primitives.kdf.pbkdf2.PBKDF2HMAC.derive",
    "cryptography.hazmat.primitives.kdf.pbkdf2.PBKDF2HMAC.verify",
    "cryptography.hazmat.primitives.kdf.scrypt.Scrypt.derive",
    "cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key",
)
DOCUMENTS = (
    "pandas.read_csv",
    "pandas.read_excel",
    "pandas.read_json",
    "pandas.read_parquet",
    "pandas.read_sql",
    "pandas.read_sql_query",
    "pandas.DataFrame.to_excel",
    "polars.read_csv",
    "polars.read_excel",
    "openpyxl.load_workbook",
    "docx.Document",
    "pypdf.PdfReader",
    "PyPDF2.PdfReader",
    "pdfplumber.open",
    "fitz.open",
    "pymupdf.open",
    "markitdown.MarkItDown.convert",
    "weasyprint.HTML.write_pdf",
    "pdfkit.from_string",
    "pdfkit.from_url",
    "pytesseract.image_to_string",
    "pdf2image.convert_from_path",
    "pdf2image.convert_from_bytes",
    "pdfminer.high_level.extract_text",
    "docling.document_converter.DocumentConverter.convert",
    "unstructured.partition.auto.partition",
    "readability.Document.summary",
    "readabilipy.simple_json_from_html_string",
    "trafilatura.extract",
    "docx2txt.process",
    "mammoth.convert_to_html",
    "pypandoc.convert_text",
    "pypandoc.convert_file",
)
MODELS = (
    "sentence_transformers.SentenceTransformer.encode",
    "sentence_transformers.CrossEncoder.predict",
    "sentence_transformers.CrossEncoder.rank",
    "langchain_huggingface.HuggingFaceEmbeddings.embed_query",
    "langchain_huggingface.HuggingFaceEmbeddings.embed_documents",
    "chonkie.BaseEmbeddings.embed",
    "chonkie.BaseEmbeddings.embed_batch",
    "whisper.load_model",
    "whisper.Whisper.transcribe",
    "faster_whisper.WhisperModel.transcribe",
    "easyocr.Reader.readtext",
    "ultralytics.YOLO.predict",
    "face_recognition.face_encodings",
    "face_recognition.face_locations",
)
PACKING = (
    "gzip.compress",
    "gzip.decompress",
    "zlib.compress",
    "zlib.decompress",
    "bz2.compress",
    "bz2.decompress",
    "lzma.compress",
    "lzma.decompress",
    "brotli.compress",
    "brotli.decompress",
)
IMAGES = (
    "PIL.Image.Image.resize",
    "PIL.Image.Image.thumbnail",
    "PIL.Image.Image.save",
    "PIL.Image.Image.convert",
    "cv2.imread",
    "cv2.imwrite",
    "cv2.resize",
    "librosa.load",
    "soundfile.read",
)

HARMLESS = (
    "boto3.Client.close",
    "boto3.Client.generate_presigned_url",
    "boto3.Client.generate_presigned_post",
    "boto3.Client.get_paginator",
    "boto3.Resource.Bucket",
    "boto3.Resource.Table",
    "boto3.Resource.Object",
)


class Catalogue:
    """Names by kind; asked with the full name of a call."""

    def __init__(self, **kinds: tuple[str, ...]) -> None:
        self.kinds = {name: kind for kind, names in kinds.items() for name in names}

    @property
    def calls(self) -> tuple[str, ...]:
        """The names as `Project.calls_to` takes them."""
        return tuple(f"{name}*" if name.endswith(".") else name for name in self.kinds)

    def kind(self, name: str) -> str | None:
        """`network` for `requests.get`; None for what is not listed."""
        if name in HARMLESS:
            return None
        return self.kinds.get(name) or self.kinds.get(owner(name))

    def is_of_client(self, name: str) -> bool:
        """Whether it is listed with all methods of its class."""
        return owner(name) in self.kinds and name not in HARMLESS


def owner(name: str) -> str:
    """`boto3.Client.` of `boto3.Client.get_object`."""
    return name.rpartition(".")[0] + "."


BLOCKING = Catalogue(
    network=NETWORK,
    sleep=SLEEP,
    measuring=MEASURING,
    process=PROCESS,
    database=DATABASE,
    file=FILE,
    disk=DISK,
    pool=POOLS,
)
COMPUTING = Catalogue(hashing=HASHING, document=DOCUMENTS, image=IMAGES, packing=PACKING, model=MODELS)
