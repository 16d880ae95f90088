// Stands in for a server of language models and for one that transcribes speech, in the form that OpenAI's API has.

import { answerBadly, Faults } from './faults.mjs';
import { json, readBody, send, serve } from './http.mjs';
import { Journal } from './journal.mjs';

export class ModelStandIn {
  /** Every call: { name, authorization, body, fault? }; the body of a transcription is its bytes as latin1. */
  journal = new Journal();
  /** What it answers; a function gets the request's body. */
  answer = 'NO_ANSWER';
  /** What it hears. */
  words = '';
  usage = { prompt_tokens: 90, completion_tokens: 10, total_tokens: 100 };
  /** A newer model takes no max_tokens. */
  isNew = false;
  /** What GET /v1/models wants to see; the rest takes any. */
  key = null;
  #faults = new Faults();

  get calls() {
    return this.journal.items;
  }

  /** @param {import('./faults.mjs').Fault | null} fault */
  setFault(fault) {
    this.#faults.set(fault);
  }

  async handle(req, res) {
    if (req.method === 'GET') return send(res, req.headers.authorization === `Bearer ${this.key}` ? json(200, { object: 'list', data: [] }) : json(401, error('Incorrect API key provided', 'invalid_api_key')));
    const bytes = await readBody(req);
    const name = req.url.replace(/^\/v1\//, '');
    const isSpeech = name === 'audio/transcriptions';
    const call = { name, authorization: req.headers.authorization, body: isSpeech ? bytes.toString('latin1') : JSON.parse(bytes) };
    const fault = this.#faults.take(name);
    if (fault) call.fault = fault.kind;
    this.journal.add(call);
    const act = () => (isSpeech ? json(200, { text: this.words }) : this.#complete(call.body));
    if (fault) return answerBadly(fault, res, act, this);
    return send(res, act());
  }

  #complete(body) {
    if (this.isNew && body.max_tokens !== undefined) {
      return json(400, error("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", 'unsupported_parameter'));
    }
    const content = typeof this.answer === 'function' ? this.answer(body) : this.answer;
    return json(200, {
      id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: body.model,
      choices: [{ index: 0, message: { role: 'assistant', content, refusal: null }, logprobs: null, finish_reason: 'stop' }],
      ...(this.usage && { usage: this.usage }),
    });
  }

  /** What a server in trouble answers. */
  errorAnswer({ status = 500, retryAfter, description = 'The server had an error' }) {
    return json(status, error(description, status === 429 ? 'rate_limit_exceeded' : null), retryAfter ? { 'retry-after': String(retryAfter) } : {});
  }
}

const error = (message, code) => ({ error: { message, type: 'invalid_request_error', param: null, code } });

/** Starts the stand-in on a port of its own; `url` is the base up to /v1. */
export async function startModel() {
  const model = new ModelStandIn();
  const server = await serve((req, res) => model.handle(req, res), 0);
  return Object.assign(model, { url: `${server.url}/v1`, close: () => server.close() });
}
