"""The work of the webhook function with Python's standard library alone, for
comparison: no SDK, no signing of the requests to AWS."""

import base64
import hashlib
import hmac
import http.client
import json
import os

aws = http.client.HTTPConnection(os.environ["AWS_ENDPOINT_URL"].removeprefix("http://"))


def call(target, request):
    aws.request("POST", "/", json.dumps(request), {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"})
    return json.loads(aws.getresponse().read())


def read_secret(secret_id, stage):
    return call("secretsmanager.GetSecretValue", {"SecretId": secret_id, "VersionStage": stage})["SecretString"]


def handle(event):
    config = json.loads(read_secret(os.environ["WEBHOOK_CONFIGURATION"], "AWSCURRENT"))["partners"][event["resource"]]
    secrets = [read_secret(config["secret"], stage) for stage in ("AWSCURRENT", "AWSPREVIOUS")]
    body = base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"].encode()
    headers = {name.lower(): values[0] for name, values in event["multiValueHeaders"].items()}
    sent = headers["x-hub-signature-256"].removeprefix("sha256=")
    if not any(hmac.compare_digest(hmac.new(s.encode(), body, hashlib.sha256).hexdigest(), sent) for s in secrets):
        return {"statusCode": 401}
    event_id = headers["x-github-delivery"]
    item = {"pk": {"S": config["source"] + "#" + event_id}}
    table = os.environ["WEBHOOK_CLAIMS_TABLE"]
    call("DynamoDB_20120810.PutItem", {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"})
    detail = {"specversion": "1.0", "id": event_id, "source": config["source"], "type": headers["x-github-event"], "data": json.loads(body)}
    entry = {"EventBusName": config["bus"], "Source": config["source"], "DetailType": "release", "Detail": json.dumps(detail)}
    call("AWSEvents.PutEvents", {"Entries": [entry]})
    call("DynamoDB_20120810.PutItem", {"TableName": table, "Item": {**item, "published": {"BOOL": True}}})
    return {"statusCode": 200}


runtime = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
path = "/2018-06-01/runtime/invocation/"
runtime.request("GET", path + "next")
response = runtime.getresponse()
answer = json.dumps(handle(json.loads(response.read())))
runtime.request("POST", path + response.headers["Lambda-Runtime-Aws-Request-Id"] + "/response", answer)
runtime.getresponse().read()
