/** One thing that can be done with a resource; its scope is `{resource}:{action}`. */
export interface ScopeAction {
  readonly action: string;
  /** One line for whoever chooses scopes. */
  readonly description: string;
}

export interface ScopeResource {
  readonly resource: string;
  readonly actions: readonly ScopeAction[];
}

/** A named choice of scopes; may contain admin scopes and wildcards. */
export interface ScopePreset {
  readonly name: string;
  readonly label: string;
  readonly scopes: readonly string[];
}

/**
 * The resource scopes and presets that the operator configures in one file, as that file's JSON. Admin scopes are the
 * code's own (`ADMIN_SCOPES`) and are not in it.
 */
export interface ScopeCatalogue {
  readonly resources: readonly ScopeResource[];
  readonly presets: readonly ScopePreset[];
}
