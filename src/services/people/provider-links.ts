/** Where signing in by an OpenID provider begins, and where the provider sends people back to. */
export const START_PATH = '/auth/oidc/start';
export const CALLBACK_PATH = '/auth/oidc/callback';

/** The same, as whole addresses. */
export function providerLinks(publicUrl: () => string) {
  return {
    startUrl: (agencyId: string): string => `${publicUrl()}${START_PATH}?agency=${agencyId}`,
    callbackUrl: (): string => `${publicUrl()}${CALLBACK_PATH}`,
  };
}
