// Says plainly why GPU tests cannot run here, instead of a null adapter in each of them.
if (process.env.VERTEBRA_ADAPTER === 'none') {
  throw new Error(
    'There is no software Vulkan driver on this machine; run `node .ci/setup.mjs` and read what it says.',
  )
}
