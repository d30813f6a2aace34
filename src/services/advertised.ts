/**
 * The RPCs of a service without those whose capability is not advertised: what is not advertised is
 * answered with UNIMPLEMENTED (spec: "Error Scheme").
 */
export function advertised<Service extends object, Capability>(
  all: Service,
  needs: readonly (readonly [rpc: keyof Service, capability: Capability])[],
  capabilities: ReadonlySet<Capability>,
): Partial<Service> {
  const served: Partial<Service> = { ...all };
  for (const [rpc, capability] of needs) {
    if (!capabilities.has(capability)) delete served[rpc];
  }
  return served;
}
