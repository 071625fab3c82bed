#!/usr/bin/env bash
# Most would guess that an object's ETag is one text, so that what a list says of it can be held beside what a read says.
# Of a blob in Azure's store obstore gives it without quotes from `list`, and with quotes from `get` and `head`.
# Whoever tells by the ETag whether an object was replaced since it was listed takes every blob for replaced.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
env/bin/python -m pip install -qqq --disable-pip-version-check obstore==0.12.1 azure-storage-blob==12.28.0
npm install --silent --no-audit --no-fund --prefix "$work" azurite@3.37.0 > npm.log 2>&1
unset AZURE_STORAGE_USE_EMULATOR
export AZURE_STORAGE_ACCOUNT_NAME=lab AZURE_STORAGE_ACCOUNT_KEY
AZURE_STORAGE_ACCOUNT_KEY=$(head -c 48 /dev/urandom | base64)
AZURITE_ACCOUNTS="lab:$AZURE_STORAGE_ACCOUNT_KEY" node_modules/.bin/azurite-blob --silent --skipApiVersionCheck \
  --location data --blobPort 10017 > server.log 2>&1 &
server=$!
env/bin/python - <<'EOF'
import os
import time
from importlib.metadata import version

from azure.storage.blob import BlobServiceClient
from obstore.store import AzureStore

account, key = os.environ["AZURE_STORAGE_ACCOUNT_NAME"], os.environ["AZURE_STORAGE_ACCOUNT_KEY"]
place = f"http://127.0.0.1:10017/{account}"
client = BlobServiceClient.from_connection_string(
    f"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={key};BlobEndpoint={place};", retry_total=0
)
for _ in range(60):
    try:
        container = client.create_container("lab")
        break
    except Exception:
        time.sleep(0.5)
written = container.upload_blob("run_1/start.log", b"started").get_blob_properties().etag
store = AzureStore("lab", endpoint=place, client_options={"allow_http": True})
listed = next(iter(store.list()))[0]["e_tag"]
read, asked = store.get("run_1/start.log").meta["e_tag"], store.head("run_1/start.log")["e_tag"]
print("obstore", version("obstore"), "| azurite 3.37.0 | azure-storage-blob", version("azure-storage-blob"))
print("Azure's own client", written, "| list", listed, "| get", read, "| head", asked)
assert read == asked == f'"{listed}"' == written, "the spellings agree, or differ otherwise"
EOF
