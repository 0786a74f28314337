// How the parts of drawings look, on a light and on a dark page: the style sheet of the page and of SVG files.

export const drawingStyle = `
svg text{font-family:ui-sans-serif,system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
svg .ink{fill:#1f1e1c}svg .faint{fill:#66635c}.rim{fill:none;stroke:#1f1e1c;stroke-opacity:.35}
.beyond{fill:#66635c;fill-opacity:.25}svg .window{fill:none;stroke:#d9480f;stroke-linejoin:round}
.beam{fill-opacity:.13;stroke-opacity:.5}.beam.red{fill:#c92a2a;stroke:#c92a2a}.beam.green{fill:#2b7a3d;stroke:#2b7a3d}
.beam.blue{fill:#1864ab;stroke:#1864ab}.beam.grey{fill:#66635c;stroke:#66635c}
.rod{fill:none;stroke:#1f1e1c;stroke-linecap:round}.wire{fill:none;stroke:#66635c;stroke-opacity:.6}
.wire.chosen{stroke:#d9480f;stroke-opacity:1}.pill{fill:#fff;stroke:#dedad0}
.bar{fill:#c2410c}.bar.other{fill:#66635c;fill-opacity:.45}
.step{opacity:.82}.step.up{fill:#d9480f}.step.down{fill:#5f3dc4}.step.chosen{opacity:1;stroke:#1f1e1c}
.level,.zero{stroke:#66635c;stroke-opacity:.6}
.frame{fill:none;stroke:#fff}.frame.last{fill:#ff922b55;stroke:#ff922b}
.frame-name{fill:#fff;font-weight:700;paint-order:stroke;stroke:#000;stroke-width:.18em}
@media (prefers-color-scheme:dark){svg .ink{fill:#ecebe6}svg .faint{fill:#a5a199}.rim{stroke:#ecebe6}.beyond{fill:#a5a199}
svg .window{stroke:#ff922b}.beam.red{fill:#ff8787;stroke:#ff8787}.beam.green{fill:#69db7c;stroke:#69db7c}
.beam.blue{fill:#74c0fc;stroke:#74c0fc}.beam.grey{fill:#a5a199;stroke:#a5a199}.rod{stroke:#ecebe6}.wire{stroke:#a5a199}
.wire.chosen{stroke:#ff922b}.pill{fill:#1e1d18;stroke:#38362f}.bar{fill:#ff922b}.bar.other{fill:#a5a199}
.step.up{fill:#ff922b}.step.down{fill:#b197fc}.step.chosen{stroke:#ecebe6}.level,.zero{stroke:#a5a199}}`;
