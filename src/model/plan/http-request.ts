/** One HTTP request, of a task or of a callback. Values of Secrets are sealed in it until it is sent. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string; readonly secret: boolean }[];
  /** A text may stand for bytes (base/byte-text.ts). */
  readonly body?: string;
  readonly timeoutMs: number;
  readonly verifyTls: boolean;
  /** A redirect that would make a GET of it is not followed: it is the answer. */
  readonly keepsMethod?: true;
}
