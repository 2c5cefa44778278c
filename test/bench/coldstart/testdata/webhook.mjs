// The work of the webhook function with Node.js' standard library alone, for
// comparison: no SDK, no signing of the requests to AWS.
import { createHmac, timingSafeEqual } from "node:crypto";
import { Agent, request } from "node:http";

const agent = new Agent({ keepAlive: true });
const aws = new URL(process.env.AWS_ENDPOINT_URL);

function send(options, body) {
  return new Promise((resolve, reject) => {
    const r = request({ agent, ...options }, (response) => {
      const chunks = [];
      response.on("data", (c) => chunks.push(c));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
    });
    r.on("error", reject);
    r.end(body);
  });
}

async function call(target, input) {
  const body = JSON.stringify(input);
  const headers = { "X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1", "Content-Length": Buffer.byteLength(body) };
  return JSON.parse((await send({ host: aws.hostname, port: aws.port, method: "POST", path: "/", headers }, body)).body);
}

const readSecret = async (id, stage) => (await call("secretsmanager.GetSecretValue", { SecretId: id, VersionStage: stage })).SecretString;

async function handle(event) {
  const config = JSON.parse(await readSecret(process.env.WEBHOOK_CONFIGURATION, "AWSCURRENT")).partners[event.resource];
  const secrets = await Promise.all(["AWSCURRENT", "AWSPREVIOUS"].map((stage) => readSecret(config.secret, stage)));
  const body = Buffer.from(event.body, event.isBase64Encoded ? "base64" : "utf8");
  const headers = Object.fromEntries(Object.entries(event.multiValueHeaders).map(([k, v]) => [k.toLowerCase(), v[0]]));
  const sent = Buffer.from(headers["x-hub-signature-256"].slice("sha256=".length), "hex");
  if (!secrets.some((s) => timingSafeEqual(createHmac("sha256", s).update(body).digest(), sent))) return { statusCode: 401 };
  const id = headers["x-github-delivery"];
  const item = (more) => ({ TableName: process.env.WEBHOOK_CLAIMS_TABLE, Item: { pk: { S: config.source + "#" + id }, ...more } });
  await call("DynamoDB_20120810.PutItem", { ...item({}), ConditionExpression: "attribute_not_exists(pk)" });
  const detail = JSON.stringify({ specversion: "1.0", id, source: config.source, type: headers["x-github-event"], data: JSON.parse(body) });
  await call("AWSEvents.PutEvents", { Entries: [{ EventBusName: config.bus, Source: config.source, DetailType: "release", Detail: detail }] });
  await call("DynamoDB_20120810.PutItem", item({ published: { BOOL: true } }));
  return { statusCode: 200 };
}

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const path = "/2018-06-01/runtime/invocation/";
const next = await send({ host, port, path: path + "next" });
const answer = JSON.stringify(await handle(JSON.parse(next.body)));
await send({ host, port, method: "POST", path: path + next.headers["lambda-runtime-aws-request-id"] + "/response" }, answer);
