/**
 * The page's only Trusted Types policy, which the browser asks about every string that could become code. Imported first.
 *
 * HTML may hold no markup at all: Radix fills <style> elements through innerHTML, and text without `<` stays text. Scripts
 * (our worker) come from our own origin. Browsers without Trusted Types never ask.
 */

interface Policy {
  createHTML(html: string): string | null
  createScriptURL(url: string): string | null
}

declare const trustedTypes: { createPolicy(name: string, policy: Policy): unknown } | undefined

if (typeof trustedTypes !== 'undefined') {
  trustedTypes.createPolicy('default', {
    createHTML: (html) => (html.includes('<') ? null : html),
    createScriptURL: (url) => (new URL(url, location.href).origin === location.origin ? url : null),
  })
}
