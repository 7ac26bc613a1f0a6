"""Synchronous clients of services: what each call waits for is an answer from the network.

owner → its methods; a word with dots is a way through attributes, as in `client.messages.create`.
"""

from __future__ import annotations

SEARCHED = (
    "search index get mget bulk delete update count exists ping info create msearch scroll delete_by_query "
    "update_by_query reindex indices.create indices.exists indices.delete indices.refresh indices.get "
    "indices.get_mapping indices.put_mapping indices.stats cluster.health cat.indices"
)
OPENAI = (
    "chat.completions.create completions.create embeddings.create responses.create images.generate "
    "images.edit audio.transcriptions.create audio.translations.create audio.speech.create models.list "
    "moderations.create beta.chat.completions.parse chat.completions.parse responses.parse files.create"
)
CHAT = "invoke stream batch"
EMBEDDINGS = "embed_query embed_documents"
OLLAMA = "chat generate embed embeddings list pull push show create delete ps"
BLOB = "upload_blob download_blob delete_blob exists get_blob_properties create_container list_blobs"
MILVUS = (
    "insert upsert search hybrid_search query get delete has_collection create_collection drop_collection "
    "list_collections describe_collection load_collection release_collection create_index flush "
    "get_collection_stats has_partition create_partition drop_partition list_databases create_database"
)
QDRANT = (
    "search search_batch query query_points query_batch_points recommend scroll retrieve upsert delete count "
    "get_collection get_collections create_collection recreate_collection delete_collection "
    "update_collection collection_exists create_payload_index set_payload upload_points upload_collection"
)
METHODS = {
    "openai": f"ChatCompletion.create Completion.create Embedding.create Image.create {OPENAI}",
    "openai.OpenAI": OPENAI,
    "openai.AzureOpenAI": OPENAI,
    "anthropic.Anthropic": "messages.create messages.stream completions.create models.list",
    "groq.Groq": OPENAI,
    "together.Together": OPENAI,
    "mistralai.Mistral": "chat.complete chat.stream embeddings.create ocr.process",
    "cohere.Client": "chat embed rerank generate",
    "cohere.ClientV2": "chat embed rerank",
    "google.generativeai": "embed_content list_models upload_file",
    "google.generativeai.GenerativeModel": "generate_content count_tokens",
    "google.genai.Client": "models.generate_content models.embed_content models.list files.upload",
    "vertexai.generative_models.GenerativeModel": "generate_content count_tokens",
    "ollama": OLLAMA,
    "ollama.Client": OLLAMA,
    "litellm": "completion embedding text_completion image_generation transcription speech rerank",
    "replicate": "run",
    "huggingface_hub": "hf_hub_download snapshot_download login whoami list_models model_info",
    "huggingface_hub.HfApi": "list_models model_info upload_file whoami list_repo_files",
    "huggingface_hub.InferenceClient": "chat_completion text_generation feature_extraction text_to_image",
    "langchain_openai.ChatOpenAI": CHAT,
    "langchain_openai.AzureChatOpenAI": CHAT,
    "langchain_openai.OpenAIEmbeddings": EMBEDDINGS,
    "langchain_anthropic.ChatAnthropic": CHAT,
    "langchain_groq.ChatGroq": CHAT,
    "langchain_ollama.ChatOllama": CHAT,
    "langchain_google_genai.ChatGoogleGenerativeAI": CHAT,
    "langchain_google_genai.GoogleGenerativeAIEmbeddings": EMBEDDINGS,
    "tavily.TavilyClient": "search extract crawl qna_search get_search_context",
    "duckduckgo_search.DDGS": "text news images videos",
    "ddgs.DDGS": "text news images videos",
    "firecrawl.FirecrawlApp": "scrape_url crawl_url map_url search",
    "trafilatura": "fetch_url",
    "pymilvus.MilvusClient": MILVUS,
    "pymilvus.Collection": "insert upsert search hybrid_search query delete flush load release create_index",
    "pymilvus.connections": "connect",
    "pymilvus.utility": "has_collection list_collections drop_collection has_partition",
    "qdrant_client.QdrantClient": QDRANT,
    "elasticsearch.Elasticsearch": SEARCHED,
    "elasticsearch.helpers": "bulk",
    "opensearchpy.OpenSearch": SEARCHED,
    "opensearchpy.helpers": "bulk",
    "meilisearch.Client": "create_index get_index get_indexes delete_index health",
    "neo4j.Driver": "execute_query verify_connectivity",
    "neo4j.Session": "run execute_read execute_write read_transaction write_transaction",
    "cassandra.cluster.Cluster": "connect",
    "clickhouse_driver.Client": "execute query_dataframe",
    "clickhouse_connect": "get_client",
    "clickhouse_connect.driver.client.Client": "query command insert query_df insert_df",
    "snowflake.connector": "connect",
    "pyodbc": "connect",
    "oracledb": "connect",
    "pymssql": "connect",
    "minio.Minio": (
        "get_object put_object fget_object fput_object stat_object copy_object remove_object bucket_exists "
        "make_bucket remove_bucket list_buckets set_bucket_policy"
    ),
    "google.cloud.storage.Client": "get_bucket create_bucket list_buckets",
    "google.cloud.storage.Bucket": "get_blob copy_blob rename_blob delete exists",
    "google.cloud.storage.Blob": (
        "upload_from_filename upload_from_file upload_from_string download_as_bytes download_as_string "
        "download_as_text download_to_filename download_to_file delete exists reload"
    ),
    "google.cloud.bigquery.Client": "query insert_rows_json get_table create_table load_table_from_dataframe",
    "google.cloud.secretmanager.SecretManagerServiceClient": "access_secret_version create_secret",
    "google.oauth2.id_token": "verify_oauth2_token verify_firebase_token verify_token fetch_id_token",
    "firebase_admin.auth": "get_user get_user_by_email create_user update_user delete_user",
    "firebase_admin.messaging": "send send_multicast send_each send_each_for_multicast",
    "azure.storage.blob.BlobServiceClient": "create_container delete_container list_containers",
    "azure.storage.blob.ContainerClient": BLOB,
    "azure.storage.blob.BlobClient": BLOB,
    "azure.keyvault.secrets.SecretClient": "get_secret set_secret begin_delete_secret",
    "docker.DockerClient": (
        "containers.run containers.get containers.list containers.create images.pull images.build images.get "
        "images.list networks.create networks.get volumes.create volumes.get ping info version events"
    ),
    "docker.models.containers.Container": (
        "start stop restart remove kill wait logs exec_run reload stats put_archive get_archive pause unpause"
    ),
    "kubernetes.client.CoreV1Api": "",
    "kubernetes.client.AppsV1Api": "",
    "kubernetes.client.BatchV1Api": "",
    "kubernetes.client.NetworkingV1Api": "",
    "kubernetes.client.CustomObjectsApi": "",
    "paramiko.SSHClient": "connect exec_command open_sftp",
    "paramiko.SFTPClient": "get put listdir stat mkdir remove",
    "ldap3.Connection": "bind search add modify delete",
    "dns.resolver": "resolve query",
    "whois": "whois",
    "slack_sdk.WebClient": "chat_postMessage chat_update files_upload files_upload_v2 users_info users_list",
    "slack_sdk.webhook.WebhookClient": "send",
    "jwt.PyJWKClient": "get_signing_key_from_jwt get_signing_key get_signing_keys get_jwk_set",
    "celery.result.AsyncResult": "get wait",
    "pika": "BlockingConnection",
    "kafka.KafkaProducer": "flush",
    "confluent_kafka.Producer": "flush",
    "selenium.webdriver.Chrome": "get quit",
    "selenium.webdriver.Firefox": "get quit",
    "newspaper.Article": "download",
    "youtube_transcript_api.YouTubeTranscriptApi": "get_transcript list_transcripts fetch list",
}
CLIENTS = tuple(f"{owner}.{name}" for owner, names in METHODS.items() for name in names.split() or [""])
RETURNED = {
    "docker.from_env": "docker.DockerClient",
    "docker.DockerClient.from_env": "docker.DockerClient",
    "docker.DockerClient.containers.get": "docker.models.containers.Container",
    "docker.DockerClient.containers.run": "docker.models.containers.Container",
    "docker.DockerClient.containers.create": "docker.models.containers.Container",
    "neo4j.GraphDatabase.driver": "neo4j.Driver",
    "neo4j.Driver.session": "neo4j.Session",
    "clickhouse_connect.get_client": "clickhouse_connect.driver.client.Client",
    "snowflake.connector.connect": "snowflake.connector.SnowflakeConnection",
    "google.cloud.storage.Client.bucket": "google.cloud.storage.Bucket",
    "google.cloud.storage.Client.get_bucket": "google.cloud.storage.Bucket",
    "google.cloud.storage.Bucket.blob": "google.cloud.storage.Blob",
    "google.cloud.storage.Bucket.get_blob": "google.cloud.storage.Blob",
    "azure.storage.blob.BlobServiceClient.from_connection_string": "azure.storage.blob.BlobServiceClient",
    "azure.storage.blob.BlobServiceClient.get_container_client": "azure.storage.blob.ContainerClient",
    "azure.storage.blob.BlobServiceClient.get_blob_client": "azure.storage.blob.BlobClient",
    "azure.storage.blob.ContainerClient.get_blob_client": "azure.storage.blob.BlobClient",
    "paramiko.SSHClient.open_sftp": "paramiko.SFTPClient",
}
"""what calls of them return"""
