/** Every route: of the OpenAPI document, of discovery, and the others by name. `{…}` stands for a parameter. */
export interface KnownRoute {
  readonly method: string;
  readonly path: string;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const OTHERS = [
  'GET /livez',
  'GET /readyz',
  'GET /metrics',
  'GET /admin',
  'GET /admin/',
  'GET /admin/sign-in',
  'POST /admin/sign-in',
  'GET /admin/session',
  'POST /admin/session',
  'DELETE /admin/session',
  'POST /admin/theme-frame/{room}',
  'GET /admin/files/{file}',
  'GET /assets/{file}',
  'GET /wait',
  'POST /wait',
  'POST /authorize',
  'GET /authorize/{uid}',
  'GET /rooms/{room}/status',
  'GET /rooms/{room}/enter',
  'POST /rooms/{room}/enter',
  'GET /rooms/{room}/wait',
  'POST /rooms/{room}/wait',
  'POST /rooms/{room}/tickets',
  'GET /rooms/{room}/tickets/self',
  'DELETE /rooms/{room}/tickets/self',
  'POST /rooms/{room}/tickets/self/claim',
  'POST /rooms/{room}/tickets/self/rejoin',
  'GET /rooms/{room}/gate/check',
  'GET /rooms/{room}/draws/{event}',
  'POST /rooms/{room}/draws/{event}',
  'GET /end-session/confirm',
  'POST /end-session/confirm',
  'GET /.well-known/{name}',
];

/** Reads the OpenAPI document and discovery of a running service. */
export async function everyRoute(url: string): Promise<KnownRoute[]> {
  const openApi = (await (await fetch(`${url}/admin/v1/openapi.json`)).json()) as OpenApi;
  const admin = Object.entries(openApi.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => ({ method: method.toUpperCase(), path: `/admin/v1${path}` })),
  );
  const discovered = (await (await fetch(`${url}/.well-known/openid-configuration`)).json()) as Record<string, unknown>;
  const provider = Object.entries(discovered)
    .filter(([name, value]) => /_(endpoint|uri)$/.test(name) && typeof value === 'string')
    .flatMap(([, value]) => ['GET', 'POST'].map((method) => ({ method, path: new URL(String(value)).pathname })));
  const others = OTHERS.map((text) => {
    const [method = '', path = ''] = text.split(' ');
    return { method, path };
  });
  return [...admin, ...provider, ...others];
}
