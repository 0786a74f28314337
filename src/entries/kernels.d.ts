// kernels.wasm, as the hosts give it that compile it themselves.
declare module '*/kernels.wasm' {
  const kernels: WebAssembly.Module;
  export default kernels;
}
declare module '*/kernels.wasm?module' {
  const kernels: WebAssembly.Module;
  export default kernels;
}
