/** One HTTP request, of a task or of a callback. Values of Secrets are sealed in it until it is sent. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string; readonly secret: boolean }[];
  readonly body?: string;
  readonly timeoutMs: number;
  readonly verifyTls: boolean;
}
