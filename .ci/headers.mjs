// What the app is served with. A static host that cannot set headers still gets the policy from a <meta> in index.html.

/**
 * Radix, sonner and xyflow write <style> elements and style attributes, hence 'unsafe-inline' for styles alone. The default
 * Trusted Types policy is app/trustedTypes.ts.
 */
// Weights come from the model hub when a person asks for them: its answers from the first host, the bytes from those that it
// leads to, which change (cdn-lfs-us-1, cas-bridge.xethub, us.aws.cdn ...) but are all its own.
const hub = ['https://huggingface.co', 'https://*.hf.co']

const directives = [
  "default-src 'none'",
  // Designs on the CPU are run by WebAssembly of our own origin.
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  `connect-src 'self' blob: ${hub.join(' ')}`,
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types default',
]

export const metaPolicy = directives.join('; ')

export const headers = {
  'Content-Security-Policy': `${metaPolicy}; frame-ancestors 'none'`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  // The camera, when somebody asks for it in the picture tray.
  'Permissions-Policy': 'camera=(self), microphone=(), geolocation=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}
