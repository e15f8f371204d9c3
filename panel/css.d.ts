/** Style sheets that esbuild puts beside the bundle. */
declare module '*.css';
