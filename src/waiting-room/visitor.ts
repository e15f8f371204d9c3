/** A random id of one browser or app; the OpenID Connect `sub`. */
export type VisitorId = string;
