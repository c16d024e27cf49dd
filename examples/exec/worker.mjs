// A worker for `exec:` in Node, without packages. Put your model where the marked lines are.
//
// turncheck check --model 'exec:node worker.mjs'

import { createInterface } from "node:readline";

// YOUR MODEL HERE: this stand-in copies the state. It answers the first three lines of the prompt, so it breaks laws.
const predict = (prompts) => prompts.map((prompt) => prompt.split("\n").slice(0, 3).join("\n") + "\n");

// The message that answers a request, all but its id.
function answer(request) {
  if (request.method === "hello") return { protocol: 1, name: "copies the state", methods: ["predict"], batch: 64 };
  if (request.method === "predict") return { answers: predict(request.prompts) };
  return { error: `there is no method ${request.method}` };
}

// Whatever is logged goes to stderr: stdout holds answers alone.
console.log = console.error;

// Each line of stdin is answered by one line, until stdin ends.
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let message;
  try {
    message = answer(request);
  } catch (error) {
    message = { error: String(error) };
  }
  process.stdout.write(JSON.stringify({ id: request.id, ...message }) + "\n");
}
