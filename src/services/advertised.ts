/**
 * The RPCs of a service without those of whose capabilities none is advertised: what is not advertised is
 * answered with UNIMPLEMENTED (spec: "Error Scheme").
 */
export function advertised<Service extends object, Capability>(
  all: Service,
  needs: readonly (readonly [rpc: keyof Service, ...anyOf: Capability[]])[],
  capabilities: ReadonlySet<Capability>,
): Partial<Service> {
  const served: Partial<Service> = { ...all };
  for (const [rpc, ...anyOf] of needs) {
    if (!anyOf.some((capability) => capabilities.has(capability))) delete served[rpc];
  }
  return served;
}
