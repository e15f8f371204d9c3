/** Files that esbuild puts into the bundle as text. */
declare module '*.conf' {
  const text: string;
  export default text;
}
declare module '*.cfg' {
  const text: string;
  export default text;
}
declare module '*.lua' {
  const text: string;
  export default text;
}
declare module '*.yaml' {
  const text: string;
  export default text;
}
declare module '*Caddyfile' {
  const text: string;
  export default text;
}
