/** How those go on who waited for an authorization request: through /authorize once more, which finds the admission. */
import type { Context } from 'koa';
import type Provider from 'oidc-provider';
import type { Render } from '#http/away.ts';
import type { Addresses, PendingRequest } from '#waiting-page/address.ts';
import { RETRY } from '#waiting-page/address.ts';
import type { Onward } from '#waiting-page/page.ts';

export interface OnwardDeps {
  readonly provider: Provider;
  readonly addresses: Pick<Addresses, 'ownerOf'>;
  readonly render: Render;
}

export function createOnward({ provider, addresses, render }: OnwardDeps): Onward<PendingRequest> {
  function goTo(ctx: Context, url: string): void {
    ctx.status = 303;
    ctx.redirect(url);
  }

  function again(_room: string, pending: PendingRequest): string | null {
    return pending.kind === 'travelling' ? `/authorize?${pending.query}` : null;
  }

  return {
    again,
    retry(room, pending) {
      const url = again(room, pending);
      return url && !url.includes(`${RETRY}=`) ? `${url}&${RETRY}=1` : null;
    },
    /** A stored request is finished by who came with it: on somebody else's admission it would let its sender in. */
    isForeign: (pending, ticket) => pending.kind === 'stored' && pending.owner !== addresses.ownerOf(ticket.visitor),
    async goOn(ctx, { pending, ticket }) {
      if (pending.kind === 'travelling') return goTo(ctx, `/authorize?${pending.query}`);
      const interaction = await provider.Interaction.find(pending.interaction);
      if (!interaction) {
        const description = 'The request that waited here is over: it was finished already, or is too old.';
        ctx.status = 400;
        ctx.type = 'html';
        ctx.set({ 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex' });
        ctx.body = render('error', { code: 'interaction_over', description });
        return;
      }
      interaction.result = { login: { accountId: ticket.visitor } };
      await interaction.persist();
      goTo(ctx, interaction.returnTo);
    },
  };
}
