/** Date and minute of an ISO 8601 time, in UTC and saying so: `2026-03-01 12:30 UTC`. */
export function utcMinute(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}
