/** The part of the package pgpass that is used; it comes without types. */
declare module 'pgpass' {
  interface Connection {
    readonly host: string;
    readonly port: number;
    readonly database: string;
    readonly user: string;
  }
  /** Finds the password of a connection in ~/.pgpass, or in $PGPASSFILE. */
  export default function pgpass(
    connection: Connection,
    found: (password: string | undefined) => void,
  ): void;
}
