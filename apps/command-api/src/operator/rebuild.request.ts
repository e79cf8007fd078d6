/** A rebuild takes nothing: members that a client sends all the same are refused as on every route. */
export class RebuildRequest {}
