/**
 * How an attempt to send a visitor a message ended. `refused`: the server will not accept it. `unknown`: it may have
 * accepted it, but did not say so.
 */
export type NoticeOutcome = 'sent' | 'refused' | 'failed' | 'given_up' | 'unknown';
