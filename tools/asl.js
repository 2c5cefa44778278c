// Validates every Step Functions state machine in synthesized templates with
// asl-validator, which refuses definitions that local clouds accept.
//
//   node asl.js FOLDER     every *.template.json in it, at any depth

"use strict";

const fs = require("node:fs");
const path = require("node:path");
const validate = require("asl-validator");

// A value known at deployment only becomes an ARN, which fits wherever CDK puts
// one, except within an ARN, where it puts the partition.
function placeholder(token) {
  return token.Ref === "AWS::Partition" ? "aws" : "arn:aws:lambda:us-east-1:111122223333:function:known-at-deployment";
}

// A definition is one string, or an Fn::Join of strings and of such values.
function definitionText(value) {
  if (typeof value === "string") return value;
  const parts = value && value["Fn::Join"] && value["Fn::Join"][1];
  if (!Array.isArray(parts)) throw new Error("a definition that is neither text nor Fn::Join of texts");
  return parts
    .map((part) => (typeof part === "string" ? part : placeholder(part)))
    .join(value["Fn::Join"][0]);
}

function problems(definition) {
  const { isValid, errors } = validate(definition);
  return isValid ? [] : errors.map((error) => error.Message || error.message || JSON.stringify(error));
}

// A validator that accepts everything must not pass for a check.
function selfTest() {
  const good = { StartAt: "Only", States: { Only: { Type: "Succeed" } } };
  const bad = { StartAt: "Missing", States: { Only: { Type: "Succeed" } } };
  if (problems(good).length !== 0) throw new Error("self-test: a good definition is refused: " + problems(good));
  if (problems(bad).length === 0) throw new Error("self-test: a definition that starts at a missing state is accepted");
}

function templates(folder) {
  return fs
    .readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".template.json"))
    .map((name) => path.join(folder, name));
}

function checkTemplate(file) {
  const resources = JSON.parse(fs.readFileSync(file, "utf8")).Resources || {};
  let checked = 0;
  let failed = 0;
  for (const [id, resource] of Object.entries(resources)) {
    if (resource.Type !== "AWS::StepFunctions::StateMachine") continue;
    checked++;
    const { DefinitionString, Definition } = resource.Properties;
    const definition = Definition || JSON.parse(definitionText(DefinitionString));
    for (const problem of problems(definition)) {
      failed++;
      console.error(`${file}: ${id}: ${problem}`);
    }
  }
  return { checked, failed };
}

function main(folder) {
  selfTest();
  const files = templates(folder);
  if (files.length === 0) throw new Error(`no template in ${folder}`);
  let checked = 0;
  let failed = 0;
  for (const file of files) {
    const result = checkTemplate(file);
    checked += result.checked;
    failed += result.failed;
  }
  console.log(`asl-validator: ${checked} state machines in ${files.length} templates, ${failed} problems`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = main(process.argv[2]);
