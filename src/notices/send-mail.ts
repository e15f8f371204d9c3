/** Sends one message over SMTP (RFC 5321), on a connection of its own. */
import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';

export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. Without it, STARTTLS where the server offers it. */
  readonly secure: boolean;
  /** Whether to send nothing without TLS. */
  readonly requireTls: boolean;
  readonly user: string | null;
  readonly password: string | null;
  /** The sender: an address, or `Name <address>`. */
  readonly from: string;
}

export interface Mail {
  readonly from: string;
  readonly to: string;
  /** As it goes over the wire. */
  readonly message: Buffer;
}

/**
 * - `sent`: the server accepted the message.
 * - `refused`: it will not accept it.
 * - `failed`: it has not accepted it, but may later.
 * - `unknown`: it may have accepted it, but did not say so.
 */
export type MailOutcome = 'sent' | 'refused' | 'failed' | 'unknown';

export interface MailResult {
  readonly outcome: MailOutcome;
  /** Whether the next message may fare better: the server answered, and refused this recipient. */
  readonly answered: boolean;
  /** For the log: never an address. */
  readonly reason?: string;
}

/** Never rejects. */
export type SendMail = (mail: Mail) => Promise<MailResult>;

/** In ms: for the connection, for the greeting, without any byte, and for all of it. */
export const TIMEOUTS = { connection: 10_000, greeting: 10_000, socket: 15_000, total: 30_000 };

interface SmtpError extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly responseCode?: number;
}

export function createSendMail(smtp: SmtpOptions, timeouts = TIMEOUTS): SendMail {
  return (mail) =>
    new Promise((resolve) => {
      let isHandedOver = false;
      const connection = new SMTPConnection({
        host: smtp.host,
        port: smtp.port,
        secure: smtp.secure,
        requireTLS: smtp.requireTls,
        connectionTimeout: timeouts.connection,
        greetingTimeout: timeouts.greeting,
        socketTimeout: timeouts.socket,
        logger: false,
      });
      const deadline = setTimeout(() => end(lost('deadline')), timeouts.total);

      function end(error: SmtpError | null): void {
        clearTimeout(deadline);
        // First: closing the connection ends it once more.
        resolve(error ? failureOf(error, isHandedOver) : { outcome: 'sent', answered: true });
        if (error) connection.close();
        else connection.quit();
      }

      /** The server asks for the content by its answer to DATA. It may have the message from then on. */
      function* content() {
        isHandedOver = true;
        yield mail.message;
      }

      function send(): void {
        connection.send({ from: mail.from, to: mail.to }, Readable.from(content()), (error) => {
          if (error) return end(error as SmtpError);
          end(null);
        });
      }

      connection.on('error', end);
      connection.on('end', () => end(lost('connection closed')));
      connection.connect((error) => {
        if (error) return end(error as SmtpError);
        if (smtp.user === null) return send();
        const credentials = { user: smtp.user, pass: smtp.password ?? '' };
        connection.login({ credentials } as never, (refused) => (refused ? end(refused as SmtpError) : send()));
      });
    });
}

const lost = (code: string): SmtpError => Object.assign(new Error(code), { code });

/** A status of 5xx is for good (RFC 5321 §4.2.1). Only at RCPT is it about the recipient. */
function failureOf({ code, command, responseCode }: SmtpError, isHandedOver: boolean): MailResult {
  const reason = [code, command, responseCode].filter(Boolean).join(' ');
  const isRefused = responseCode !== undefined && responseCode >= 500 && (command === 'RCPT TO' || isHandedOver);
  if (isRefused) return { outcome: 'refused', answered: true, reason };
  if (isHandedOver && responseCode === undefined) return { outcome: 'unknown', answered: false, reason };
  return { outcome: 'failed', answered: command === 'RCPT TO', reason };
}
