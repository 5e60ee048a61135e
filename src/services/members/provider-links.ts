/** Where signing in by an OpenID provider begins, and where the provider sends people back to. */
export const START_PATH = '/auth/oidc/start';
export const CALLBACK_PATH = '/auth/oidc/callback';

/** The same, as whole addresses, by the public id of an agency. */
export function providerLinks(publicUrl: () => string) {
  return {
    startUrl: (agencyId: string): string => `${publicUrl()}${START_PATH}?agency=${agencyId}`,
    /**
     * Each agency's is its own, and its provider knows no other: what one provider sends somebody back with can't be taken to
     * another one, whichever of them says that it sent it.
     */
    callbackUrl: (agencyId: string): string => `${publicUrl()}${CALLBACK_PATH}/${agencyId}`,
  };
}

export type ProviderLinks = ReturnType<typeof providerLinks>;
