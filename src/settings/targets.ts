/** The settings that name a URL which the service itself calls. */
import { directoryOf, isAgentKey } from '#waiting-room/entry/agents.ts';
import type { InletSettings } from '#waiting-room/inlets/index.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { RoomSettings } from '#waiting-room/room.ts';

export interface Target {
  /** `inlet.health.url`. */
  readonly field: string;
  readonly url: string;
}

export function targetsOfRoom({ inlet, events, passes, rules = [] }: RoomSettings): Target[] {
  return [
    ...(passes?.jwks_uri ? [{ field: 'passes.jwks_uri', url: passes.jwks_uri }] : []),
    ...targetsOfInlet('inlet', inlet),
    ...events.flatMap((event, i) => (event.inlet ? targetsOfInlet(`events[${i}].inlet`, event.inlet) : [])),
    ...rules.flatMap(({ match }, i) =>
      (match.agent ?? [])
        .filter((agent) => !isAgentKey(agent))
        .map((origin) => ({ field: `rules[${i}].match.agent`, url: directoryOf(origin) })),
    ),
  ];
}

function targetsOfInlet(field: string, inlet: InletSettings): Target[] {
  if (inlet.strategy !== 'adaptive') return [];
  return (['health', 'prometheus'] as const).flatMap((source) => {
    const url = inlet[source]?.url;
    return url === undefined ? [] : [{ field: `${field}.${source}.url`, url }];
  });
}

export function targetsOfRelyingParty({ backchannel_logout_uri: url }: RelyingParty): Target[] {
  return url ? [{ field: 'backchannel_logout_uri', url }] : [];
}
