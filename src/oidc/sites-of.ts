import type { RelyingParty } from '#waiting-room/relying-party.ts';

/** URLs of the sites that send a relying party's visitors. */
export const sitesOf = ({ redirect_uris, landing_url, initiate_login_uri }: RelyingParty): readonly string[] =>
  [...redirect_uris, landing_url, initiate_login_uri].filter((url) => url !== null);
